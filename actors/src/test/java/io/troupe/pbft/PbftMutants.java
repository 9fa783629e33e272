package io.troupe.pbft;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.sim.Simulation;
import io.troupe.sim.mutants.Mutant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.apache.pekko.util.ByteString;

/**
 * Classic bugs of Byzantine agreement, each planted alone into otherwise unchanged bytes: what is written here is inlined
 * at the beginning or the end of the method named.
 */
final class PbftMutants {

    private PbftMutants() {}

    /**
     * @param scenario that finds it
     * @param seeds within which it does
     */
    record Planted(Mutant mutant, Class<? extends Consumer<Simulation>> scenario, int seeds) {

        Planted(Class<?> bug, Class<?> type, ElementMatcher<? super MethodDescription> method, int seeds) {
            this(bug, type, method, PbftFaults.class, seeds);
        }

        Planted(
                Class<?> bug,
                Class<?> type,
                ElementMatcher<? super MethodDescription> method,
                Class<? extends Consumer<Simulation>> scenario,
                int seeds) {
            this(Mutant.advised(bug, type, method), scenario, seeds);
        }

        Planted foundAt(long seed) {
            return new Planted(mutant.foundAt(seed), scenario, seeds);
        }

        @Override
        public String toString() {
            return mutant.name();
        }
    }

    static List<Planted> all() {
        return List.of(
                new Planted(QuorumOfTwoF.class, Membership.class, named("quorum"), 20).foundAt(5),
                new Planted(
                                BelievesOneReply.class,
                                VotingClient.class,
                                named("needed").or(named("neededIfTentative")),
                                20)
                        .foundAt(2),
                new Planted(
                                BelievesTwoTentativeReplies.class,
                                VotingClient.class,
                                named("neededIfTentative"),
                                PbftPreparedAlone.class,
                                100)
                        .foundAt(1),
                new Planted(NeverTakesBack.class, Execution.class, named("takeBack"), PbftPreparedAlone.class, 20)
                        .foundAt(1),
                new Planted(
                                RepliesBeforeItHasCommittedTo.class,
                                Execution.class,
                                named("hasCommittedTo"),
                                PbftBlackouts.class,
                                40)
                        .foundAt(1),
                new Planted(
                        CheckpointsWhatIsTentative.class,
                        Executor.class,
                        named("onExecute"),
                        PbftPreparedAlone.class,
                        20),
                new Planted(CountsThePrimaryTwice.class, Slot.class, named("isPrepared"), 40).foundAt(2),
                new Planted(PreparesWithoutTheDigest.class, Slot.class, named("isPrepared"), 100).foundAt(2),
                new Planted(AcceptsASecondPrePrepare.class, Slot.class, named("prePrepared"), 70).foundAt(2),
                new Planted(DropsWhatIsPrepared.class, Ledger.class, named("viewChange"), 40).foundAt(2),
                new Planted(ForgetsWhatItAccepted.class, Ledger.class, named("apply"), 150).foundAt(58),
                new Planted(ForgetsItsCheckpoints.class, Ledger.class, named("apply"), PbftOutages.class, 60)
                        .foundAt(1),
                new Planted(VouchesForNothing.class, Vouching.class, named("vouch"), PbftOutages.class, 40).foundAt(3),
                new Planted(OpensWhatIsForged.class, Notary.class, named("isEqual"), 40).foundAt(1),
                new Planted(
                                ReadsUnderOldKeysForEver.class,
                                SessionKeys.class,
                                named("forgetOld"),
                                PbftStolenKeys.class,
                                20)
                        .foundAt(1),
                new Planted(ChoosesWhatOneClaims.class, NewViewDecision.class, named("vouchesFor"), PbftLies.class, 300)
                        .foundAt(18),
                new Planted(SaysBeforeItIsDurable.class, Core.class, named("record"), PbftOutages.class, 40).foundAt(1),
                new Planted(CheckpointsWithoutSessions.class, ReplicatedService.class, named("write"), 40),
                new Planted(
                                LetsAnybodyUseASession.class,
                                ReplicatedService.class,
                                named("apply").and(takesArguments(3)),
                                PbftThefts.class,
                                40)
                        .foundAt(1),
                new Planted(NeverWaitsLonger.class, ViewChanger.class, named("timeout"), PbftLongDelays.class, 2),
                new Planted(JoinsWhoeverLeaves.class, ViewChanges.class, named("toJoin"), PbftPushed.class, 2),
                new Planted(TrustsEveryClient.class, Suspects.class, named("mustSign"), PbftBadSeals.class, 10),
                new Planted(WaitsForWhatIsNotSigned.class, Requests.class, named("add"), PbftBadSeals.class, 10)
                        .foundAt(1),
                new Planted(
                                CountsTheWaitOfViewsBefore.class,
                                NormalCase.class,
                                named("beginView"),
                                PbftOutages.class,
                                200)
                        .foundAt(92),
                new Planted(AcceptsAboveItsWindow.class, Core.class, named("isOpen"), 40).foundAt(2),
                new Planted(BelievesAnyNewView.class, Notary.class, named("open"), PbftForgedViews.class, 100)
                        .foundAt(23),
                new Planted(EntersAViewTwice.class, Core.class, named("isActiveIn"), PbftTwofold.class, 40).foundAt(2),
                new Planted(LeavesGapsInANewView.class, NewViewDecision.class, named("of"), 100).foundAt(0),
                new Planted(ViewChangeOfTwoF.class, Membership.class, named("quorum"), PbftForgedViews.class, 100)
                        .foundAt(46),
                new Planted(
                                VotesAlthoughItHasForgotten.class,
                                VotingRight.class,
                                named("isForgotten"),
                                PbftLosses.class,
                                100)
                        .foundAt(1),
                new Planted(BelievesTheFirstItAsks.class, Estimate.class, named("of"), PbftLosses.class, 100)
                        .foundAt(13),
                new Planted(
                        ForgetsThatItHasForgotten.class, Ledger.class, named("forgottenBeyond"), PbftLosses.class, 100),
                new Planted(VouchesForAnyValue.class, Choices.class, named("canHaveAccepted"), PbftClaims.class, 20),
                new Planted(BelievesAnyValue.class, Choices.class, named("accepts"), PbftClocks.class, 40),
                new Planted(
                                LeavesTheValueOutOfTheDigest.class,
                                Digest.class,
                                named("of").and(takesArguments(ByteString.class)),
                                PbftClocks.class,
                                100)
                        .foundAt(19));
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

    /** §4.4: P tells what prepared. Here a replica keeps it to itself. */
    static final class DropsWhatIsPrepared {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) ViewChange change) {
            change = new ViewChange(
                    change.view(), change.stable(), change.checkpoints(), List.of(), change.prePrepared());
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

    /** Who may have said a prepare and forgotten it vouches for the batch anew. Here it keeps quiet. */
    static final class VouchesForNothing {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean enter() {
            return true;
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

    /** TOCS 2002, view changes, A2: f+1 vouch for what is chosen. Here whoever claims it prepared is believed. */
    static final class ChoosesWhatOneClaims {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean vouches) {
            vouches = true;
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

    /** §4.5.2: a replica waits twice as long for each view that brings nothing. Here always the same time. */
    static final class NeverWaitsLonger {
        @Advice.OnMethodExit
        static void exit(@Advice.FieldValue("core") Core core, @Advice.Return(readOnly = false) long ticks) {
            ticks = core.settings.ticks(core.settings.viewChangeTimeout());
        }
    }

    /** §4.4: f+1 take a replica along to a later view. Here one does. */
    static final class JoinsWhoeverLeaves {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This ViewChanges viewChanges,
                @Advice.Argument(0) long view,
                @Advice.Return(readOnly = false) OptionalLong joined) {
            joined = wantedByAnybody(viewChanges, view);
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

    /** §4.4: a view has its time to commit what it began with. Here that has waited since an earlier one. */
    static final class CountsTheWaitOfViewsBefore {
        @Advice.OnMethodEnter
        static long enter(@Advice.FieldValue("awaited") long awaited) {
            return awaited;
        }

        @Advice.OnMethodExit
        static void exit(
                @Advice.Enter long before, @Advice.FieldValue(value = "awaited", readOnly = false) long awaited) {
            awaited = before;
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

    /** §4.4: a backup verifies the view changes of a new-view. Here it believes what the new primary says of them. */
    static final class BelievesAnyNewView {
        @Advice.OnMethodExit
        static void exit(
                @Advice.This Notary notary,
                @Advice.Argument(0) Object letter,
                @Advice.Return(readOnly = false) Optional<PbftMessage> opened) {
            opened = letter instanceof Signed ? contentInANewView(notary, (Signed) letter, opened) : opened;
        }
    }

    /** §4.4: a view has begun once. Here a replica that is in it lets another proof of it begin it again. */
    static final class EntersAViewTwice {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean active) {
            active = !isForANewView() && active;
        }
    }

    /** §4.4: the new primary fills gaps with null requests. Here they stay open. */
    static final class LeavesGapsInANewView {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) Optional<NewViewDecision> decided) {
            decided = withGaps(decided);
        }
    }

    /** §4.4: a new view needs view changes of 2f+1. Here of 2f, and that is all that is asked of what they tell. */
    static final class ViewChangeOfTwoF {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) int quorum) {
            quorum = isForAViewChange() ? quorum - 1 : quorum;
        }
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

    /** §4.6: a backup decides whether the value is correct. Here it takes the primary's word for it. */
    static final class BelievesAnyValue {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean accepted) {
            accepted = true;
        }
    }

    /** Whoever vouches for a batch can have accepted its value. Here it does not ask. */
    static final class VouchesForAnyValue {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) boolean accepted) {
            accepted = true;
        }
    }

    /** §4.6: replicas agree on "request and value". Here the digest is of the requests alone. */
    static final class LeavesTheValueOutOfTheDigest {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 0, readOnly = false) ByteString content) {
            content = withoutValue(content);
        }
    }

    // -- what is inlined may call nothing but this

    static Runnable nothing() {
        return () -> {};
    }

    static OptionalLong wantedByAnybody(ViewChanges viewChanges, long view) {
        return viewChanges.contents().stream()
                .mapToLong(ViewChange::view)
                .filter(wanted -> wanted > view)
                .min();
    }

    private static final ByteString VALUED = ByteString.fromString("1649\n");

    /** Of a batch with the time, which is first, after what says that it is bytes, and how many. */
    static ByteString withoutValue(ByteString content) {
        int at = VALUED.length() + 2;
        return content.startsWith(VALUED, 0) ? content.take(at).concat(content.drop(at + Long.BYTES)) : content;
    }

    static Optional<Estimate> byTheFirst(Collection<PbftMessage.ReplyStable> told) {
        return told.stream().findFirst().map(one -> new Estimate(one.executed(), one.view(), false));
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
                && isCalledBy("createReceiveRecover");
    }

    static boolean isCheckpointForgottenAtStart(Fact fact) {
        return fact instanceof Fact.CheckpointTaken && isCalledBy("createReceiveRecover");
    }

    /** Whether it is asked for the rule about second pre-prepares. */
    static boolean isForOnPrePrepare(Slot slot) {
        return !slot.isMarkedPrepared() && isAskedBy("onPrePrepare");
    }

    static boolean isForANewView() {
        return isAskedBy("onNewView");
    }

    static boolean isForAPrePrepare() {
        return isCalledBy("onPrePrepare");
    }

    /** What is in the new-view's proof, whoever has signed it. */
    static Optional<PbftMessage> contentInANewView(Notary notary, Signed letter, Optional<PbftMessage> opened) {
        return opened.isEmpty() && isCalledBy("onNewView")
                ? notary.read(new Sealed(letter.from(), letter.payload(), Map.of()))
                : opened;
    }

    static Optional<NewViewDecision> withGaps(Optional<NewViewDecision> decided) {
        if (decided.isEmpty()) {
            return decided;
        }
        TreeMap<Long, Optional<Digest>> chosen = new TreeMap<>(decided.get().chosen());
        chosen.values().removeIf(Optional::isEmpty);
        return Optional.of(
                new NewViewDecision(decided.get().checkpoint(), decided.get().checkpointDigest(), chosen));
    }

    static boolean isForAViewChange() {
        List<Class<?>> callers = List.of(ViewChanges.class, ViewChanger.class, NewViewDecision.class);
        return WITH_CLASSES.walk(
                frames -> frames.limit(5).anyMatch(frame -> callers.contains(frame.getDeclaringClass())));
    }

    private static final StackWalker WITH_CLASSES = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    /** Of the mutated method's own caller. */
    private static boolean isAskedBy(String method) {
        int below = 3; // This method, what is inlined calls it by, and the mutated one.
        return StackWalker.getInstance().walk(frames -> frames.skip(below)
                .findFirst()
                .filter(frame -> frame.getMethodName().equals(method))
                .isPresent());
    }

    private static boolean isCalledBy(String method) {
        return StackWalker.getInstance().walk(frames -> frames.limit(10)
                .anyMatch(frame -> frame.getMethodName().contains(method)));
    }
}
