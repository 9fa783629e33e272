package io.troupe.raft;

import java.util.Optional;

/** The fold over a replica's events: what it knew when it last stopped. */
final class RecoveredLog {

    private HardState hardState = HardState.INITIAL;
    private Optional<SnapshotMetadata> snapshot = Optional.empty();
    private LogView log = LogView.startingAfter(LogPosition.ORIGIN);

    void apply(LogEvent event) {
        hardState = event.hardState();
        if (event instanceof LogEvent.Written written && !written.entries().isEmpty()) {
            write(written.entries());
        } else if (event instanceof LogEvent.Rebased rebased) {
            snapshot = Optional.of(rebased.snapshot());
            log = rebased.restStays()
                    ? log.beginningAfter(rebased.snapshot().last())
                    : LogView.startingAfter(rebased.snapshot().last());
        }
    }

    private void write(LogSlice entries) {
        boolean gap = entries.firstIndex() > log.lastIndex() + 1;
        if (gap && snapshot.isPresent()) {
            throw new IllegalStateException("The journal has " + entries + ", but nothing between " + log.lastIndex()
                    + " and them: its events are not complete");
        }
        if (gap || (entries.firstIndex() <= log.base().index() && !isBaseKnown())) {
            // What came before was deleted, also what these entries replace; a later Rebased says where the log begins.
            log = LogView.startingAfter(new LogPosition(entries.firstIndex() - 1, 0));
        }
        LogSlice unknown = entries.startingAt(log.base().index() + 1);
        if (!unknown.isEmpty()) {
            log = log.truncatedFrom(unknown.firstIndex()).append(unknown);
        }
    }

    /** Whether the log begins at a snapshot, and not where the first event that was not deleted happens to begin. */
    private boolean isBaseKnown() {
        return snapshot.isPresent() && snapshot.get().index() >= log.base().index();
    }

    HardState hardState() {
        return hardState;
    }

    /** Empty when the group was never hosted here. */
    Optional<SnapshotMetadata> snapshot() {
        return snapshot;
    }

    LogView log() {
        return log;
    }
}
