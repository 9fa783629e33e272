package io.troupe.sim.checker;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counts steps against the {@link Limits}; looks at the clock only now and then. */
final class Budget {

    private static final int STEPS_BETWEEN_CLOCK_READS = 1024;

    private final Limits limits;
    private final LongSupplier nanoClock;
    private final long startedNanos;
    private final @Nullable Budget whole;
    private long steps;
    private boolean late;
    private @Nullable String exhausted;

    Budget(Limits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.startedNanos = nanoClock.getAsLong();
        this.whole = null;
    }

    private Budget(Budget whole, long steps) {
        this.limits = Limits.steps(steps);
        this.nanoClock = whole.nanoClock;
        this.startedNanos = whole.startedNanos;
        this.whole = whole;
    }

    /** A part of this budget: spends from both. */
    Budget share(long steps) {
        return new Budget(this, steps);
    }

    /** Takes one step; false when there is none left. */
    boolean step() {
        if (isSpent() || (whole != null && !whole.step())) {
            return false;
        }
        steps++;
        if (whole == null
                && steps % STEPS_BETWEEN_CLOCK_READS == 0
                && nanoClock.getAsLong() - startedNanos > limits.time().toNanos()) {
            late = true;
        }
        return !late;
    }

    boolean isSpent() {
        return late || exhausted != null || steps >= limits.steps();
    }

    /** Nothing is left, for a reason of another kind. */
    void exhaust(String why) {
        exhausted = why;
        if (whole != null) {
            whole.exhaust(why);
        }
    }

    long spent() {
        return steps;
    }

    String why() {
        if (exhausted != null) {
            return exhausted;
        }
        return late ? "no answer within " + limits.time() : "no answer within " + limits.steps() + " steps";
    }
}
