package io.troupe.replication;

/** What a read promises. */
public enum ReadConsistency {
    /** Reflects every write acknowledged before the read began (Raft thesis §6.4, ReadIndex). */
    LINEARIZABLE,
    /**
     * As linearizable, as long as clocks keep the stated bound on drift (Raft thesis §6.4.1; {@code
     * troupe.raft.clock-drift-bound}): a leader that has heard a quorum lately answers without asking it again. Also asked for
     * at a follower, which still asks the leader. Without a lease it is answered as {@link #LINEARIZABLE}: always so in PBFT,
     * where no replica is believed alone.
     */
    LEASE,
    /**
     * This replica's applied state, however old, on its word alone: in PBFT nobody else vouches for it, so ask the replica of
     * one's own node, which one trusts anyway.
     */
    STALE
}
