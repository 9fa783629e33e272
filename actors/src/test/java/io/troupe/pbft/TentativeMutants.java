package io.troupe.pbft;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.sim.mutants.Planted;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** Bugs of what is executed before it has committed (§5.1), planted as {@link PbftMutants} are. */
final class TentativeMutants {

    private TentativeMutants() {}

    static List<Planted> all() {
        return List.of(
                Planted.advised(
                                BelievesTwoTentativeReplies.class,
                                VotingClient.class,
                                named("neededIfTentative"),
                                PbftPreparedAlone.class,
                                100)
                        .foundAt(1),
                Planted.advised(NeverTakesBack.class, Execution.class, named("takeBack"), PbftPreparedAlone.class, 20)
                        .foundAt(1),
                Planted.advised(
                                RepliesBeforeItHasCommittedTo.class,
                                Execution.class,
                                named("hasCommittedTo"),
                                PbftBlackouts.class,
                                40)
                        .foundAt(1),
                Planted.advised(
                        CheckpointsWhatIsTentative.class,
                        Executor.class,
                        named("onExecute"),
                        PbftPreparedAlone.class,
                        20),
                Planted.advised(LosesHeldCommits.class, HeldCommits.class, named("take"), PbftHeldCommits.class, 5));
    }

    /** §5.1: tentative replies are believed from 2f+1. Here from f+1, as final ones. */
    static final class BelievesTwoTentativeReplies {
        @Advice.OnMethodExit
        static void exit(
                @Advice.FieldValue("members") Membership members, @Advice.Return(readOnly = false) int needed) {
            needed = members.weakQuorum();
        }
    }

    /** §5.1: what was executed tentatively and is not ordered there is undone. Here it stays. */
    static final class NeverTakesBack {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.FieldValue("core") Core core) {
            core.tentative.end();
            return true;
        }
    }

    /** What a tentative reply rests on is durable. Here it is said when the service has executed the batch. */
    static final class RepliesBeforeItHasCommittedTo {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean committed) {
            committed = true;
        }
    }

    /** §5.1: checkpoints are of what has committed. Here of what is executed tentatively, too. */
    static final class CheckpointsWhatIsTentative {
        @Advice.OnMethodExit
        static void exit(@Advice.This Executor executor, @Advice.Argument(0) Executor.Execute execute) {
            if (execute.isTentative()) {
                executor.checkpoint(execute.sequence());
            }
        }
    }

    /** Commits that are held are told in the end. Here they are forgotten. */
    static final class LosesHeldCommits {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) List<PbftMessage.Commit> taken) {
            taken = List.of();
        }
    }
}
