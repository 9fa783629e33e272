package io.troupe.replication.sensing;

import java.util.Collection;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The median of the samples' lower ends, and that of their upper ends (Schneider 1990, §5.1). Of 2f+1 samples f+1 are not
 * below a median and f+1 not above it, one of them of a sensor that is not faulty: so the value is between both medians, and
 * they are between ends that such sensors have named. A sample of a single value is an interval of no width.
 */
final class FaultTolerantMedian implements Fusion {

    @Override
    public Optional<Interval> fuse(Collection<Interval> samples, int f) {
        return samples.size() < 2 * f + 1
                ? Optional.empty()
                : Optional.of(new Interval(median(samples, Interval::lower), median(samples, Interval::upper)));
    }

    /** The lower one of two. */
    private static double median(Collection<Interval> samples, ToDoubleFunction<Interval> end) {
        return samples.stream().mapToDouble(end).sorted().toArray()[(samples.size() - 1) / 2];
    }
}
