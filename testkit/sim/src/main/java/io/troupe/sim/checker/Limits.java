package io.troupe.sim.checker;

import java.time.Duration;

/**
 * How much work a check may cost; past either bound the verdict is {@link Verdict.Unknown}.
 *
 * @param steps model steps over all parts together; the same history and bound give the same verdict on any machine
 * @param time by the wall clock
 */
public record Limits(long steps, Duration time) {

    public Limits {
        if (steps <= 0 || time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("limits must be positive, not " + steps + " steps and " + time);
        }
    }

    private static final Duration A_YEAR = Duration.ofDays(365);

    public static Limits none() {
        return new Limits(Long.MAX_VALUE, A_YEAR);
    }

    public static Limits steps(long steps) {
        return new Limits(steps, A_YEAR);
    }

    public static Limits within(Duration time) {
        return new Limits(Long.MAX_VALUE, time);
    }
}
