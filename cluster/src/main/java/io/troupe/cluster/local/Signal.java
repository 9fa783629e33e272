package io.troupe.cluster.local;

/** What can be sent to a node's process. */
public enum Signal {
    /** Dies at once: what a power failure leaves of a process. */
    KILL,
    /** Leaves the cluster in good order and exits. */
    TERM,
    /** Freezes, as a long pause does. */
    STOP,
    /** Goes on after {@link #STOP}. */
    CONT
}
