package io.troupe.replication;

/** What a read promises. */
public enum ReadConsistency {
    /** Reflects every write acknowledged before the read began (Raft thesis §6.4, ReadIndex). */
    LINEARIZABLE,
    /** As linearizable, under a stated bound on clock drift (Raft thesis §6.4.1). */
    LEASE,
    /** This replica's applied state, however old. */
    STALE
}
