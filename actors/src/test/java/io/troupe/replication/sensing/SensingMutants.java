package io.troupe.replication.sensing;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Mutant;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;

/** Mistakes with sensors. */
public final class SensingMutants {

    private SensingMutants() {}

    public static Stream<Mutant> all() {
        return Stream.of(
                Mutant.advised(CountsForgedReports.class, SensingMachine.class, named("isToCount"))
                        .foundAt(8),
                Mutant.advised(TakesTheLowestEnd.class, FaultTolerantMedian.class, named("median")),
                Mutant.leavingOut("ForgetsOpenReports", Agreement.class, named("readFrom"), named("put"))
                        .foundAt(3));
    }

    static final class CountsForgedReports {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean isToCount) {
            isToCount = true;
        }
    }

    /** An average that a single liar moves. */
    static final class TakesTheLowestEnd {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(0) java.util.Collection<Interval> samples,
                @Advice.Return(readOnly = false) double median) {
            median = Math.min(median, samples.iterator().next().lower());
        }
    }
}
