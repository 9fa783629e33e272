package io.troupe.chain;

/** The place of an update: its index, and the epoch whose head gave it the index. Two servers have the same there. */
record Position(long index, long epoch) {
    static final Position NONE = new Position(0, 0);
}
