package io.troupe.raft;

import io.troupe.wire.Wire;

/** What the journal holds of one replica. Each event carries the hard state, so that older ones can be deleted. */
sealed interface LogEvent extends Wire {

    HardState hardState();

    /**
     * The hard state changed, or entries were written, or both: entries from {@code entries.firstIndex()} on are
     * what is given here, and any that were there before, with all that followed, are gone. Empty entries leave
     * the log as it is.
     */
    record Written(HardState hardState, LogSlice entries) implements LogEvent {

        /** Both as one. */
        Written then(Written later) {
            return new Written(
                    later.hardState, later.entries.isEmpty() ? entries : entries.overwrittenBy(later.entries));
        }
    }

    /**
     * The log now begins after {@code snapshot}, whose state is in the snapshot storage.
     *
     * @param restStays the log contains the snapshot's last entry, and keeps what follows it; else the log is
     *     empty now. Told, because when this is read the entry itself may be deleted
     */
    record Rebased(HardState hardState, SnapshotMetadata snapshot, boolean restStays) implements LogEvent {}
}
