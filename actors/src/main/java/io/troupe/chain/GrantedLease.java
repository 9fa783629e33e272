package io.troupe.chain;

import java.util.function.LongSupplier;

/**
 * What a server grants to the one that answers queries: for a time after it was asked, it goes on to no chain without that
 * one. In a chain with it nothing is acknowledged before it has gone on, too.
 */
final class GrantedLease {

    private final long durationNanos;
    private final LongSupplier nanoClock;
    private String holder = "";
    private long endNanos;

    GrantedLease(ChainSettings settings, LongSupplier nanoClock) {
        this.durationNanos = settings.lease().toNanos();
        this.nanoClock = nanoClock;
        this.endNanos = nanoClock.getAsLong();
    }

    void grant(String to) {
        holder = to;
        endNanos = nanoClock.getAsLong() + durationNanos;
    }

    boolean isHeldAgainst(Configuration next) {
        return !next.hasMember(holder) && nanoClock.getAsLong() - endNanos < 0;
    }
}
