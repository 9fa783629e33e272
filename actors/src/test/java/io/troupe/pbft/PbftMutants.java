package io.troupe.pbft;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Classic bugs of Byzantine agreement, each planted alone into otherwise unchanged bytes: what is written here is inlined
 * at the beginning or the end of the method named.
 */
final class PbftMutants {

    private PbftMutants() {}

    /** All there are: of agreement, which are here, and of what the others are named after. */
    static List<Planted> all() {
        return Stream.of(
                        agreement(),
                        TentativeMutants.all(),
                        ViewChangeMutants.all(),
                        RecoveryMutants.all(),
                        ValueMutants.all())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Planted> agreement() {
        return List.of(
                planted(QuorumOfTwoF.class, Membership.class, named("quorum"), 20)
                        .foundAt(5),
                planted(
                                BelievesOneReply.class,
                                VotingClient.class,
                                named("needed").or(named("neededIfTentative")),
                                20)
                        .foundAt(2),
                planted(CountsThePrimaryTwice.class, Slot.class, named("isPrepared"), 40)
                        .foundAt(2),
                planted(PreparesWithoutTheDigest.class, Slot.class, named("isPrepared"), 100)
                        .foundAt(2),
                planted(AcceptsASecondPrePrepare.class, Slot.class, named("prePrepared"), 70)
                        .foundAt(2),
                planted(ForgetsWhatItAccepted.class, Ledger.class, named("apply"), 200)
                        .foundAt(84),
                Planted.advised(ForgetsItsCheckpoints.class, Ledger.class, named("apply"), PbftOutages.class, 60)
                        .foundAt(1),
                planted(OpensWhatIsForged.class, Notary.class, named("isEqual"), 40)
                        .foundAt(1),
                Planted.advised(
                                ReadsUnderOldKeysForEver.class,
                                SessionKeys.class,
                                named("forgetOld"),
                                PbftStolenKeys.class,
                                20)
                        .foundAt(1),
                Planted.advised(SaysBeforeItIsDurable.class, Core.class, named("record"), PbftOutages.class, 40)
                        .foundAt(1),
                planted(CheckpointsWithoutSessions.class, ReplicatedService.class, named("write"), 40),
                Planted.advised(
                                LetsAnybodyUseASession.class,
                                ReplicatedService.class,
                                named("apply").and(takesArguments(3)),
                                PbftThefts.class,
                                40)
                        .foundAt(1),
                Planted.advised(TrustsEveryClient.class, Suspects.class, named("mustSign"), PbftBadSeals.class, 10),
                Planted.advised(WaitsForWhatIsNotSigned.class, Requests.class, named("add"), PbftBadSeals.class, 10)
                        .foundAt(1),
                planted(AcceptsAboveItsWindow.class, Core.class, named("isOpen"), 40)
                        .foundAt(2));
    }

    /** Found by {@link PbftFaults}; others by something narrower, for what seldom happens there. */
    static Planted planted(Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
        return Planted.advised(bug, type, method, PbftFaults.class, seeds);
    }

    /** §3: two quorums need a correct replica in common. Here they are of 2f. */
    static final class QuorumOfTwoF {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int quorum) {
            quorum = quorum - 1;
        }
    }

    /** §4.1: "the client waits for f+1 replies". Here for one. */
    static final class BelievesOneReply {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int needed) {
            needed = 1;
        }
    }

    /** §4.2: the primary has one vote, by its prepare. Here its pre-prepare is another. */
    static final class CountsThePrimaryTwice {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Slot slot,
                @Advice.Argument(1) Membership members,
                @Advice.Return(readOnly = false) boolean prepared) {
            prepared = votes(slot, members, -1) >= members.quorum() - 1;
        }
    }

    /** §4.2: "that match the pre-prepare". Here prepares of the view are counted whatever they say. */
    static final class PreparesWithoutTheDigest {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Slot slot,
                @Advice.Argument(0) long view,
                @Advice.Argument(1) Membership members,
                @Advice.Return(readOnly = false) boolean prepared) {
            prepared = votes(slot, members, view) >= members.quorum();
        }
    }

    /** §4.2: one pre-prepare a view and sequence number. Here a replica takes the next one, too, until it has prepared. */
    static final class AcceptsASecondPrePrepare {
        @Advice.OnMethodExit
        static void exit(@Advice.This Slot slot, @Advice.Return(readOnly = false) Optional<Digest> prePrepared) {
            prePrepared = isForOnPrePrepare(slot) ? Optional.empty() : prePrepared;
        }
    }

    /** A replica that starts again has forgotten what it has accepted and prepared. */
    static final class ForgetsWhatItAccepted {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) Fact fact) {
            return isForgottenAtStart(fact);
        }
    }

    /** §4.3: a checkpoint that was told of is there. Here a replica that starts again knows of the last stable one alone. */
    static final class ForgetsItsCheckpoints {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter(@Advice.Argument(0) Fact fact) {
            return isCheckpointForgottenAtStart(fact);
        }
    }

    /** §5.2: codes are compared. Here whatever has one is believed. */
    static final class OpensWhatIsForged {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean equal) {
            equal = true;
        }
    }

    /** TOCS 2002, key exchanges: what is sealed under an old key is rejected. Here no key ever gets old. */
    static final class ReadsUnderOldKeysForEver {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
        }
    }

    /** What is said rests on what is durable. Here it is said at once. */
    static final class SaysBeforeItIsDurable {
        @Advice.OnMethodEnter
        static Runnable enter(@Advice.Argument(value = 1, readOnly = false) Runnable whenDurable) {
            Runnable early = whenDurable;
            whenDurable = nothing();
            return early;
        }

        @Advice.OnMethodExit
        static void exit(@Advice.Enter Runnable early) {
            early.run();
        }
    }

    /** The sessions are part of the state. Here a checkpoint has none. */
    static final class CheckpointsWithoutSessions {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) Sessions sessions) {
            sessions = new Sessions();
        }
    }

    /** A session is its client's own. Here the operations of any client are taken in it. */
    static final class LetsAnybodyUseASession {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) String client) {
            client = Sessions.ANYBODY;
        }
    }

    /** Whose requests were not executed is asked for signatures. Here nobody is. */
    static final class TrustsEveryClient {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean mustSign) {
            mustSign = false;
        }
    }

    /** A backup waits for what the primary can read, too. Here for whatever it can read itself. */
    static final class WaitsForWhatIsNotSigned {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) boolean isSigned) {
            isSigned = true;
        }
    }

    /** §4.2: n ≤ H. Here a replica that lags behind its primary accepts what is beyond its own window. */
    static final class AcceptsAboveItsWindow {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Core core,
                @Advice.Argument(0) long sequence,
                @Advice.Return(readOnly = false) boolean open) {
            open = isForAPrePrepare() ? sequence > core.ledger.stableSequence() : open;
        }
    }

    // -- what is inlined may call nothing but this

    static Runnable nothing() {
        return () -> {};
    }

    /**
     * Prepares of the view, whatever they say.
     *
     * @param view -1 for all that match what pre-prepared
     */
    static long votes(Slot slot, Membership members, long view) {
        if (slot.prePrepared().isEmpty()) {
            return 0;
        }
        return members.replicas().stream()
                .flatMap(node -> slot.prepareOf(node).stream())
                .filter(vote ->
                        view < 0 ? vote.digest().equals(slot.prePrepared().get()) : vote.view() == view)
                .count();
    }

    static boolean isForgottenAtStart(Fact fact) {
        return (fact instanceof Fact.PrePrepared || fact instanceof Fact.Prepared)
                && Callers.isCalledBy("createReceiveRecover");
    }

    static boolean isCheckpointForgottenAtStart(Fact fact) {
        return fact instanceof Fact.CheckpointTaken && Callers.isCalledBy("createReceiveRecover");
    }

    /** Whether it is asked for the rule about second pre-prepares. */
    static boolean isForOnPrePrepare(Slot slot) {
        return !slot.isMarkedPrepared() && Callers.isAskedBy("onPrePrepare");
    }

    static boolean isForAPrePrepare() {
        return Callers.isCalledBy("onPrePrepare");
    }
}
