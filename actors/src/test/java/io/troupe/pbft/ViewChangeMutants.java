package io.troupe.pbft;

import static io.troupe.pbft.PbftMutants.planted;
import static net.bytebuddy.matcher.ElementMatchers.named;

import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import net.bytebuddy.asm.Advice;

/** Bugs of how a view ends and the next begins (§4.4), planted as {@link PbftMutants} are. */
final class ViewChangeMutants {

    private ViewChangeMutants() {}

    static List<Planted> all() {
        return List.of(
                planted(DropsWhatIsPrepared.class, Ledger.class, named("viewChange"), 40)
                        .foundAt(2),
                Planted.advised(VouchesForNothing.class, Vouching.class, named("vouch"), PbftOutages.class, 40)
                        .foundAt(3),
                Planted.advised(
                                ChoosesWhatOneClaims.class,
                                NewViewDecision.Claim.class,
                                named("vouchesFor"),
                                PbftLies.class,
                                300)
                        .foundAt(18),
                Planted.advised(NeverWaitsLonger.class, ViewChanger.class, named("timeout"), PbftLongDelays.class, 2),
                Planted.advised(JoinsWhoeverLeaves.class, ViewChanges.class, named("toJoin"), PbftPushed.class, 2),
                Planted.advised(
                                CountsTheWaitOfViewsBefore.class,
                                NormalCase.class,
                                named("beginView"),
                                PbftOutages.class,
                                400)
                        .foundAt(203),
                Planted.advised(BelievesAnyNewView.class, Notary.class, named("open"), PbftForgedViews.class, 100)
                        .foundAt(34),
                Planted.advised(EntersAViewTwice.class, Core.class, named("isActiveIn"), PbftTwofold.class, 40)
                        .foundAt(2),
                planted(LeavesGapsInANewView.class, NewViewDecision.class, named("of"), 100)
                        .foundAt(2),
                Planted.advised(ViewChangeOfTwoF.class, Membership.class, named("quorum"), PbftForgedViews.class, 100)
                        .foundAt(46));
    }

    /** §4.4: P tells what prepared. Here a replica keeps it to itself. */
    static final class DropsWhatIsPrepared {
        @Advice.OnMethodExit
        static void exit(@Advice.Return(readOnly = false) ViewChange change) {
            change = new ViewChange(
                    change.view(), change.stable(), change.checkpoints(), List.of(), change.prePrepared());
        }
    }

    /** Who may have said a prepare and forgotten it vouches for the batch anew. Here it keeps quiet. */
    static final class VouchesForNothing {
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

    // -- what is inlined may call nothing but this

    static OptionalLong wantedByAnybody(ViewChanges viewChanges, long view) {
        return viewChanges.contents().stream()
                .mapToLong(ViewChange::view)
                .filter(wanted -> wanted > view)
                .min();
    }

    static boolean isForANewView() {
        return Callers.isAskedBy("onNewView");
    }

    /** What is in the new-view's proof, whoever has signed it. */
    static Optional<PbftMessage> contentInANewView(Notary notary, Signed letter, Optional<PbftMessage> opened) {
        return opened.isEmpty() && Callers.isCalledBy("onNewView")
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

    private static final StackWalker WITH_CLASSES = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    static boolean isForAViewChange() {
        List<Class<?>> callers = List.of(ViewChanges.class, ViewChanger.class, NewViewDecision.class);
        return WITH_CLASSES.walk(
                frames -> frames.limit(5).anyMatch(frame -> callers.contains(frame.getDeclaringClass())));
    }
}
