package io.troupe.sim.explore;

import java.time.Duration;

/**
 * How far a search goes.
 *
 * @param steps the longest schedule, in choices
 * @param states how many states are kept
 * @param time by the wall clock
 */
record Bounds(int steps, int states, Duration time) {
    Bounds {
        if (steps <= 0 || states <= 0 || time.isZero() || time.isNegative()) {
            throw new IllegalArgumentException(
                    "bounds must be positive, not " + steps + " steps, " + states + " states and " + time);
        }
    }
}
