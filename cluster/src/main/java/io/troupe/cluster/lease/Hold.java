package io.troupe.cluster.lease;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** What a node holds of one lease, written by its holder, for any thread to look at: it ends by the clock, whether anybody notices or not. */
final class Hold {

    /** A tenth of the time to live is for clocks that do not run alike. */
    private static final double HELD_PART = 0.9;

    private static final long MILLISECOND_NANOS = 1_000_000;

    private record Term(long epoch, long untilNanos, boolean isHeld) {}

    private final LongSupplier nanoClock;
    private volatile Term term = new Term(0, 0, false);

    /** @param nanoClock monotonic, in nanoseconds from any origin */
    Hold(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** For how long it is held of a time to live. */
    private static Duration heldOf(Duration ttl) {
        return Duration.ofNanos((long) (ttl.toNanos() * HELD_PART));
    }

    /** @param askedAtNanos when the acquisition or renewal was asked for, by this hold's clock */
    void holds(long epoch, long askedAtNanos, Duration ttl) {
        term = new Term(epoch, askedAtNanos + heldOf(ttl).toNanos(), true);
    }

    /** After which time it is worth asking again whether it is held, unless it is renewed; a millisecond at least. */
    Duration left() {
        return Duration.ofNanos(Math.max(MILLISECOND_NANOS, term.untilNanos() - now()));
    }

    void ends() {
        term = new Term(term.epoch(), term.untilNanos(), false);
    }

    boolean isHeld() {
        Term now = term;
        return now.isHeld() && !isOver(now);
    }

    private boolean isOver(Term one) {
        return nanoClock.getAsLong() - one.untilNanos() >= 0;
    }

    /** The epoch, as long as it is held. */
    OptionalLong epoch() {
        Term now = term;
        return isHeld() ? OptionalLong.of(now.epoch()) : OptionalLong.empty();
    }
}
