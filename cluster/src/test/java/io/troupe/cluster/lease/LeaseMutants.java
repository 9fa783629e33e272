package io.troupe.cluster.lease;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Mutant;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Bugs of a lease service, each planted alone into otherwise unchanged bytes. */
public final class LeaseMutants {

    private LeaseMutants() {}

    /** Those that are looked for at every build. */
    public static List<Mutant> first() {
        return List.of(
                advised(GrantsWhateverIsAskedFor.class, LeaseRecord.class, "isOpenTo", 5),
                advised(TheTokenStaysTheSame.class, LeaseRecord.class, "acquired", 5));
    }

    public static List<Mutant> others() {
        return List.of(
                advised(HoldsItUntilToldOtherwise.class, Hold.class, "isOver", 40),
                advised(RunsOutAtOnce.class, Lessor.class, "hasRunOut", 10),
                advised(NeverRunsOut.class, Lessor.class, "hasRunOut", 10),
                advised(RunsOutAlthoughRenewed.class, LeaseRecord.class, "isUnrenewedSince", 20),
                advised(CountsFromTheAnswer.class, Hold.class, "holds", 60),
                advised(SnapshotForgetsTheToken.class, LeaseRecord.class, "readFrom", 20));
    }

    private static Mutant advised(Class<?> advice, Class<?> type, String method, int seeds) {
        return Mutant.advised(advice, type, named(method)).within(seeds);
    }

    static final class GrantsWhateverIsAskedFor {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean open) {
            open = true;
        }
    }

    static final class TheTokenStaysTheSame {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) LeaseRecord acquired) {
            acquired = new LeaseRecord(1, acquired.holder());
        }
    }

    /** The clock is not looked at: the group will say when it is over. */
    static final class HoldsItUntilToldOtherwise {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean over) {
            over = false;
        }
    }

    static final class RunsOutAtOnce {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) long now) {
            now = now + 4_000_000_000L;
        }
    }

    static final class NeverRunsOut {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean runOut) {
            runOut = false;
        }
    }

    /** What the group's leader counted from is not compared with what was renewed since. */
    static final class RunsOutAlthoughRenewed {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This LeaseRecord lease,
                @Advice.Argument(0) long inEpoch,
                @Advice.Return(readOnly = false) boolean unrenewed) {
            unrenewed = lease.epoch() == inEpoch && lease.holder().isPresent();
        }
    }

    /** From when the answer came, and not from before it was asked for. */
    static final class CountsFromTheAnswer {
        @Advice.OnMethodEnter
        static void enter(@Advice.This Hold hold, @Advice.Argument(value = 1, readOnly = false) long askedAtNanos) {
            askedAtNanos = hold.now();
        }
    }

    static final class SnapshotForgetsTheToken {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) LeaseRecord read) {
            read = new LeaseRecord(0, read.holder());
        }
    }
}
