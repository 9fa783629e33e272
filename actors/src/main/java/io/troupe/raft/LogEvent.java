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
    record Written(HardState hardState, LogSlice entries) implements LogEvent {}

    /**
     * The log now begins after {@code snapshot}, whose state is in the snapshot storage. Entries after it stay
     * if the log contains its last entry; else the log is empty.
     */
    record Rebased(HardState hardState, SnapshotMetadata snapshot) implements LogEvent {}
}
