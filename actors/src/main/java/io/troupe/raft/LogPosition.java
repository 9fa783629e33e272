package io.troupe.raft;

/** A place in the log: what an election compares (§5.4.1) and a consistency check names (§5.3). */
record LogPosition(long index, long term) {

    /** Before the first entry. */
    static final LogPosition ORIGIN = new LogPosition(0, 0);

    /** The later last term wins; with equal terms the longer log (§5.4.1). */
    boolean isAtLeastAsUpToDateAs(LogPosition other) {
        return term != other.term ? term > other.term : index >= other.index;
    }
}
