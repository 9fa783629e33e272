package io.troupe.replication.sensing;

import java.util.Collection;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The smallest interval that has every point that is in all samples but f (Marzullo 1990, §3). The value is one of those
 * points. With fewer than half of the samples wrong it is no wider than one of them, with fewer than a third than a right one.
 */
final class IntervalIntersection implements Fusion {

    @Override
    public Optional<Interval> fuse(Collection<Interval> samples, int f) {
        int needed = samples.size() - f;
        // Where so many overlap, the leftmost point is where one of them begins, and the rightmost where one ends.
        OptionalDouble lower = samples.stream()
                .mapToDouble(Interval::lower)
                .filter(point -> isInAsManyAs(point, samples, needed))
                .min();
        OptionalDouble upper = samples.stream()
                .mapToDouble(Interval::upper)
                .filter(point -> isInAsManyAs(point, samples, needed))
                .max();
        return lower.isPresent() && upper.isPresent()
                ? Optional.of(new Interval(lower.getAsDouble(), upper.getAsDouble()))
                : Optional.empty();
    }

    private static boolean isInAsManyAs(double point, Collection<Interval> samples, int needed) {
        return samples.stream().filter(sample -> sample.contains(point)).count() >= needed;
    }
}
