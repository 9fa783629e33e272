package io.troupe.chain;

import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What a server grants to the one that answers queries: for a time after it was asked, it goes on to no chain without that
 * one. In a chain with it nothing is acknowledged before it has gone on, too. But the backups of a primary may go on, and
 * grant to another primary while the one before, which has not heard of it, holds its lease still: so there may be several.
 *
 * <p>What was granted is not written down. Whoever may hold a lease, of an earlier life of this server or of before it joined, is in
 * its chain: it grants then to all who may ({@link Arrangement#mayHoldLeases}).
 */
final class GrantedLease {

    private final long durationNanos;
    private final LongSupplier nanoClock;
    /** When that of each holder ends. */
    private final TreeMap<String, Long> endNanos = new TreeMap<>();

    GrantedLease(ChainSettings settings, LongSupplier nanoClock) {
        this.durationNanos = settings.lease().toNanos();
        this.nanoClock = nanoClock;
    }

    void grant(String to) {
        endNanos.put(to, nanoClock.getAsLong() + durationNanos);
    }

    boolean isHeldAgainst(Configuration next) {
        long now = nanoClock.getAsLong();
        endNanos.values().removeIf(end -> now - end >= 0);
        return endNanos.keySet().stream().anyMatch(holder -> !next.hasMember(holder));
    }
}
