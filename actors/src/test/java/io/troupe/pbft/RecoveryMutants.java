package io.troupe.pbft;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Planted;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import net.bytebuddy.asm.Advice;

/** Bugs of a replica that has lost its disk (TOCS 2002, recovery), planted as {@link PbftMutants} are. */
final class RecoveryMutants {

    private RecoveryMutants() {}

    static List<Planted> all() {
        return List.of(
                Planted.advised(
                                VotesAlthoughItHasForgotten.class,
                                VotingRight.class,
                                named("isForgotten"),
                                PbftLosses.class,
                                100)
                        .foundAt(1),
                Planted.advised(BelievesTheFirstItAsks.class, Estimate.class, named("of"), PbftLosses.class, 100)
                        .foundAt(13),
                Planted.advised(
                        ForgetsThatItHasForgotten.class,
                        Ledger.class,
                        named("forgottenBeyond"),
                        PbftLosses.class,
                        100));
    }

    /** TOCS 2002, recovery: a replica that recovers votes for nothing that it may have voted for. Here it does. */
    static final class VotesAlthoughItHasForgotten {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean forgotten) {
            forgotten = false;
        }
    }

    /** TOCS 2002, recovery: how far it can have come is what a quorum of others is not beyond. Here one of them is asked. */
    static final class BelievesTheFirstItAsks {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(1) Collection<PbftMessage.ReplyStable> told,
                @Advice.Return(readOnly = false) Optional<Estimate> estimate) {
            estimate = byTheFirst(told);
        }
    }

    /** The fact that it has forgotten outlives the facts before a stable checkpoint. Here it goes with them. */
    static final class ForgetsThatItHasForgotten {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<Fact> forgotten) {
            forgotten = Optional.empty();
        }
    }

    // -- what is inlined may call nothing but this

    static Optional<Estimate> byTheFirst(Collection<PbftMessage.ReplyStable> told) {
        return told.stream().findFirst().map(one -> new Estimate(one.executed(), one.view(), false));
    }
}
