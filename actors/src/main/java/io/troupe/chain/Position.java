package io.troupe.chain;

import io.troupe.replication.Compaction;

/** The place of an update: its index, and the epoch whose head gave it the index. Two servers have the same there. */
record Position(long index, long epoch) implements Compaction.Snapshot {
    static final Position NONE = new Position(0, 0);
}
