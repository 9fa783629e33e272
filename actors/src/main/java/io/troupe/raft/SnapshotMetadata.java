package io.troupe.raft;

import io.troupe.replication.Compaction;

/**
 * What a snapshot replaces (§7): the log through {@code last}, and the configuration as of it. A group begins
 * with an empty one at {@link LogPosition#ORIGIN}, which holds its founding configuration.
 */
record SnapshotMetadata(LogPosition last, Configuration configuration) implements Compaction.Snapshot {

    @Override
    public long index() {
        return last.index();
    }

    /** Whether there are bytes in the snapshot storage: the founding snapshot has none. */
    boolean hasState() {
        return last.index() > 0;
    }
}
