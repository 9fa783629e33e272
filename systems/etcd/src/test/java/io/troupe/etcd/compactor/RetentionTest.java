package io.troupe.etcd.compactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {

    /** Tells the tick's number as the revision, and what was decided there. */
    private static List<String> decided(Retention retention, int ticks, boolean succeeds) {
        List<String> decided = new ArrayList<>();
        for (int tick = 0; tick < ticks; tick++) {
            int now = tick;
            retention.onTick(tick).ifPresent(at -> {
                decided.add(at + " at " + now);
                if (succeeds) {
                    retention.done();
                }
            });
        }
        return decided;
    }

    @Test
    void aShortSpanIsKeptToATenthOfItAndCompactedEverySpan() {
        Retention retention = Retention.of("periodic", "10m").orElseThrow();
        assertThat(retention.tick()).isEqualTo(Duration.ofMinutes(1));
        assertThat(decided(retention, 31, true)).containsExactly("0 at 10", "9 at 20", "19 at 30");
    }

    @Test
    void aLongSpanIsFirstWaitedForAndThenCompactedEveryHour() {
        Retention retention = Retention.of("periodic", "3").orElseThrow();
        assertThat(retention.tick()).isEqualTo(Duration.ofMinutes(6));
        assertThat(decided(retention, 51, true)).containsExactly("0 at 30", "9 at 40", "19 at 50");
    }

    @Test
    void aCompactionThatFailedIsTriedAgainAtTheNextTick() {
        Retention retention = Retention.of("periodic", "10m").orElseThrow();
        assertThat(decided(retention, 13, false)).containsExactly("0 at 10", "0 at 11", "1 at 12");
    }

    @Test
    void aNumberOfRevisionsIsKeptBeforeThePresent() {
        Retention retention = Retention.of("revision", "100").orElseThrow();
        assertThat(retention.tick()).isEqualTo(Duration.ofMinutes(5));
        assertThat(retention.onTick(100)).isEmpty();
        assertThat(retention.onTick(150)).hasValue(50);
        retention.done();
        assertThat(retention.onTick(150)).as("nothing new").isEmpty();
        assertThat(retention.onTick(151)).hasValue(51);
        assertThat(retention.onTick(151)).as("it failed").hasValue(51);
    }

    @Test
    void aRetentionOfNothingIsForNoCompaction() {
        assertThat(Retention.of("periodic", "0")).isEmpty();
        assertThat(Retention.of("periodic", "0s")).isEmpty();
        assertThat(Retention.of("revision", "0")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "often, 1h, it must be periodic or revision",
        "periodic, soon, it must be a duration such as 30m",
        "periodic, 1h x, it must be a duration such as 30m",
        "periodic, -1h, it must be a duration such as 30m",
        "revision, 1h, how many revisions to keep",
        "revision, -5, how many revisions to keep"
    })
    void whatIsNoRetentionIsRefused(String mode, String retention, String right) {
        assertThatThrownBy(() -> Retention.of(mode, retention)).hasMessageContaining(right);
    }
}
