package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What comes back from a journal whose beginning was deleted. */
class RecoveredLogTest {

    private static final HardState HARD = HardState.INITIAL;

    @Test
    void entriesAfterASnapshotStayWhenTheEntryItEndsWithIsDeleted() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(421, 425, 4)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(420, 4), true));
        assertThat(log.log().base()).isEqualTo(new LogPosition(420, 4));
        assertThat(log.log().lastIndex()).isEqualTo(425);
        assertThat(log.log().termAt(421)).isEqualTo(4);
    }

    @Test
    void entriesAfterASnapshotThatReplacedTheLogAreGone() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(421, 425, 3)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(420, 4), false));
        assertThat(log.log().last()).isEqualTo(new LogPosition(420, 4));
    }

    @Test
    void aSnapshotOfWhatIsDeletedChangesNothing() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(431, 435, 4)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(420, 4), true));
        log.apply(new LogEvent.Rebased(HARD, snapshot(432, 4), true));
        assertThat(log.log().base()).isEqualTo(new LogPosition(432, 4));
        assertThat(log.log().lastIndex()).isEqualTo(435);
    }

    @Test
    void aSnapshotOfTheWholeLogLeavesNothing() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(1, 20, 1)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(20, 1), true));
        assertThat(log.log().last()).isEqualTo(new LogPosition(20, 1));
        assertThat(log.log().base()).isEqualTo(new LogPosition(20, 1));
    }

    /** The conflict began within events that were deleted for a snapshot after it. */
    @Test
    void entriesThatReplaceOthersFromBeforeTheFirstEventLeftReplaceAllOfIt() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(83, 85, 2)));
        log.apply(new LogEvent.Written(HARD, entries(80, 80, 3)));
        log.apply(new LogEvent.Written(HARD, entries(81, 84, 4)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(82, 4), true));
        assertThat(log.log().base()).isEqualTo(new LogPosition(82, 4));
        assertThat(log.log().last()).isEqualTo(new LogPosition(84, 4));
    }

    @Test
    void theSameAfterASnapshotThatEndsBeforeTheFirstEventLeft() {
        var log = new RecoveredLog();
        log.apply(new LogEvent.Written(HARD, entries(431, 435, 4)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(420, 4), true));
        log.apply(new LogEvent.Written(HARD, entries(429, 430, 5)));
        log.apply(new LogEvent.Rebased(HARD, snapshot(429, 5), true));
        assertThat(log.log().last()).isEqualTo(new LogPosition(430, 5));
    }

    private static LogSlice entries(long first, long last, long term) {
        return LogSlice.of(
                first,
                LongStream.rangeClosed(first, last)
                        .mapToObj(index -> new Entry(term, new Entry.OpenSession()))
                        .toList());
    }

    private static SnapshotMetadata snapshot(long index, long term) {
        return new SnapshotMetadata(new LogPosition(index, term), Configuration.of(List.of("n1")));
    }
}
