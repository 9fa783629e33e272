package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SuspectsTest {

    private static final long FIRST = 10L * Suspects.TIMEOUTS;

    @Test
    @DisplayName("a client that is blamed must sign for a while, and each time again for twice as long")
    void twiceAsLong() {
        Suspects suspects = new Suspects(10);
        assertThat(suspects.mustSign("n1", 0)).isFalse();
        suspects.blame("n1", 100);
        assertThat(suspects.mustSign("n1", 100 + FIRST - 1)).isTrue();
        assertThat(suspects.mustSign("n2", 100)).as("another").isFalse();
        assertThat(suspects.mustSign("n1", 100 + FIRST)).isFalse();
        suspects.blame("n1", 1000);
        assertThat(suspects.mustSign("n1", 1000 + 2 * FIRST - 1)).isTrue();
        assertThat(suspects.mustSign("n1", 1000 + 2 * FIRST)).isFalse();
    }

    @Test
    @DisplayName("when two views have ended with nothing executed, everybody must sign until something is")
    void everybody() {
        Suspects suspects = new Suspects(10);
        suspects.blame("n1", 0);
        suspects.onViewLeft();
        assertThat(suspects.mustSign("n2", 1)).as("a primary may have crashed").isFalse();
        suspects.onViewLeft();
        assertThat(suspects.mustSign("n2", 1)).isTrue();
        suspects.onProgress();
        assertThat(suspects.mustSign("n2", 1)).isFalse();
        assertThat(suspects.mustSign("n1", 1)).as("it is to blame still").isTrue();
    }
}
