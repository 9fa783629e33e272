package io.troupe.sim.checker;

import java.util.function.LongSupplier;

/** Counts steps against the {@link Limits}; looks at the clock only now and then. */
final class Budget {

    private static final int STEPS_BETWEEN_CLOCK_READS = 1024;

    private final Limits limits;
    private final LongSupplier nanoClock;
    private final long startedNanos;
    private long steps;
    private boolean late;

    Budget(Limits limits, LongSupplier nanoClock) {
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.startedNanos = nanoClock.getAsLong();
    }

    /** Takes one step; false when there is none left. */
    boolean step() {
        if (late || steps >= limits.steps()) {
            return false;
        }
        steps++;
        if (steps % STEPS_BETWEEN_CLOCK_READS == 0
                && nanoClock.getAsLong() - startedNanos > limits.time().toNanos()) {
            late = true;
        }
        return !late;
    }

    long spent() {
        return steps;
    }

    String why() {
        return late ? "no answer within " + limits.time() : "no answer within " + limits.steps() + " steps";
    }
}
