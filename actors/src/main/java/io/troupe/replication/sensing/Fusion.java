package io.troupe.replication.sensing;

import java.util.Collection;
import java.util.Optional;

/** Makes one sample of several of which some may be wrong; which order they come in makes no difference. */
@FunctionalInterface
public interface Fusion {

    /**
     * @param samples at least 2f+1
     * @param f how many of them may be of faulty sensors, at most
     * @return a sample in which the value is, if no more are faulty; empty when that many certainly are
     */
    Optional<Interval> fuse(Collection<Interval> samples, int f);

    /** Marzullo 1990: see {@link IntervalIntersection}. */
    static Fusion intersection() {
        return new IntervalIntersection();
    }

    /** Schneider 1990, §5.1: see {@link FaultTolerantMedian}. */
    static Fusion median() {
        return new FaultTolerantMedian();
    }
}
