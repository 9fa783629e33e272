package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompactionLimitsTest {

    private final Compaction.Limits limits = new Compaction.Limits(100, 10_000, 1);

    @Test
    void entriesCountOnceTheyAreHalfAsLargeAsTheLastSnapshot() {
        assertThat(limits.areReached(99, 9_999, 0)).isFalse();
        assertThat(limits.areReached(100, 1_000, 0)).isTrue();
        assertThat(limits.areReached(100, 1_000, 2_000)).isTrue();
        assertThat(limits.areReached(100, 1_000, 2_002)).isFalse();
    }

    @Test
    void bytesCountWhateverTheLastSnapshotTakes() {
        assertThat(limits.areReached(1, 10_000, 1_000_000)).isTrue();
        assertThat(limits.areReached(0, 10_000, 0)).as("nothing was applied").isFalse();
    }
}
