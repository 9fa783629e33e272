package io.troupe.paxos;

import java.util.function.LongSupplier;

/**
 * The acceptor's half of the master lease (Paxos Made Live, §5.2): for a time after each message of the master it promises
 * nobody else. As what it granted is not written down, an acceptor that starts takes the one it promised last for granted.
 */
final class GrantedLease {

    private final long durationNanos;
    private final LongSupplier nanoClock;
    private Ballot holder = Ballot.NONE;
    private long endNanos;

    GrantedLease(PaxosSettings settings, LongSupplier nanoClock) {
        this.durationNanos = settings.lease().toNanos();
        this.nanoClock = nanoClock;
        this.endNanos = nanoClock.getAsLong();
    }

    /** To the master of this ballot. */
    void grant(Ballot ballot) {
        holder = ballot;
        endNanos = nanoClock.getAsLong() + durationNanos;
    }

    /** The master itself has given it back. */
    void release() {
        endNanos = nanoClock.getAsLong();
    }

    /** @param released the lease of this ballot and of lower ones was given back by its master */
    boolean isHeldAgainst(String candidate, Ballot released) {
        return !holder.node().equals(candidate) && holder.isAfter(released) && nanoClock.getAsLong() - endNanos < 0;
    }
}
