package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.FetchBatch;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.ViewChange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * View changes (§4.4): a replica that has waited too long for a request leaves its view and says what it knows; the next
 * view's primary begins it from what a quorum says.
 *
 * <p>Transitions: in view v → left for v+1, or for a later one that f+1 have left for, or that v's primary has left for → in
 * that view, by its new-view; or, when that does not come in time → left for the next. A primary that comes back from a crash
 * leaves the view at once: what numbers it gave there it may have forgotten ({@link VotingRight}).
 */
final class ViewChanger {

    /** The timeout doubles no further than this often. */
    private static final int DOUBLINGS_MAX = 10;

    private final Core core;
    private final NormalCase normalCase;
    private final ViewChanges viewChanges;
    private final Vouching vouching;
    /** Of those whose view changes are late. */
    private final Pace pace;

    private @Nullable Signed own;
    /** How the view began that was in force here last. */
    private ViewStart start;

    /** When the new view must have begun; counts from when a quorum wants it. */
    private long newViewDue = Long.MAX_VALUE;

    ViewChanger(Core core, NormalCase normalCase, Vouching vouching) {
        this.core = core;
        this.normalCase = normalCase;
        this.vouching = vouching;
        this.pace = new Pace(core);
        this.viewChanges = new ViewChanges(core.members);
        this.start = core.ledger
                .proof()
                .flatMap(proof -> decide(proof, core.notary::read) // It was opened when it came.
                        .map(decided -> new ViewStart(proof.view(), decided)))
                .orElse(ViewStart.FIRST);
        core.right.mayRepeatThrough(start.decision().last());
    }

    // -- leaving

    void onTick() {
        if (core.ledger.isActive()
                && (core.requests.isOverdue(core.now(), timeout()) || normalCase.isOverdue(timeout()))) {
            leaveFor(core.ledger.view() + 1);
        } else if (!core.ledger.isActive() && core.now() >= newViewDue) {
            leaveFor(core.ledger.view() + 1); // "the view change timer expires": the next primary
        }
    }

    /** Doubles with each view that brings nothing (§4.5.2: so that it comes to last long enough). */
    private long timeout() {
        return core.settings.ticks(core.settings.viewChangeTimeout())
                << Math.min(core.suspects.fruitlessViews(), DOUBLINGS_MAX);
    }

    /** Something was executed in this view. */
    void onProgress() {
        if (core.ledger.isActive()) {
            core.suspects.onProgress();
        }
    }

    private void leaveFor(long view) {
        giveUpProposed();
        core.suspects.onViewLeft();
        newViewDue = Long.MAX_VALUE;
        core.log.info("Group {}: {} leaves for view {}", core.group, core.node, view);
        core.record(atTheEndOfTheView(new Fact.ViewLeft(view)), () -> {});
        sayLeft();
    }

    /** What it gave numbers as the primary, and is not executed. */
    private void giveUpProposed() {
        if (core.leads()) {
            core.requests.forgetProposed(core.now()).stream()
                    .filter(client -> !client.equals(core.node))
                    .forEach(client -> core.suspects.blame(client, core.now()));
        }
    }

    /** With what this replica has voted for in the view, which the next view change tells of. */
    private List<Fact> atTheEndOfTheView(Fact next) {
        List<Fact> facts = normalCase.votesToKeep();
        facts.add(next);
        core.slots().forEach(Slot::beginView);
        return facts;
    }

    /** What this replica knows now, when it is durable. */
    private void sayLeft() {
        ViewChange content = core.ledger.viewChange(prepared -> start.keeps(prepared, core.notary.nullDigest()));
        core.whenDurable(() -> {
            if (core.ledger.view() == content.view() && !core.ledger.isActive()) {
                Signed signed = core.notary.sign(content);
                own = signed;
                viewChanges.add(core.node, content, signed);
                core.multicast(signed);
                onMore();
            }
        });
    }

    // -- for one who has forgotten what it said

    /** Its own last view change, to one who does not know of it any more. */
    void showLast(String to) {
        viewChanges.proof(to).ifPresent(signed -> core.pass(to, signed));
    }

    /** @param view that this replica may have left for before it forgot it, or may be in */
    void leaveForgotten(long view) {
        if (view > core.ledger.view()) {
            leaveFor(view);
        } else {
            leaveWhatItCannotLead();
        }
    }

    /** One who has forgotten what numbers it gave leads no view. */
    private void leaveWhatItCannotLead() {
        if (core.leads() && core.ledger.hasForgotten()) {
            leaveFor(core.ledger.view() + 1);
        }
    }

    // -- what others say

    void onViewChange(Signed signed, ViewChange content) {
        if (content.view() < 1
                || !core.members.contains(signed.from())
                || !NewViewDecision.isWellFormed(content, core.settings.window())) {
            return;
        }
        if (signed.from().equals(core.node)) {
            if (core.ledger.hasForgotten()) {
                leaveForgotten(content.view());
            }
            return;
        }
        if (content.view() <= core.ledger.view() && core.ledger.isActive()) {
            if (pace.isDue(signed.from())) {
                core.ledger.proof().ifPresent(proof -> core.send(signed.from(), proof)); // It is late.
            }
            return;
        }
        if (viewChanges.add(signed.from(), content, signed)) {
            boolean isGivenUp =
                    core.isActiveIn(content.view() - 1) && signed.from().equals(core.primary());
            (isGivenUp ? OptionalLong.of(content.view()) : viewChanges.toJoin(core.ledger.view()))
                    .ifPresent(this::leaveFor);
            onMore();
        }
    }

    /** More is known about the view that this replica waits for. */
    private void onMore() {
        long view = core.ledger.view();
        if (core.ledger.isActive() || !viewChanges.hasQuorumFor(view)) {
            return;
        }
        if (newViewDue == Long.MAX_VALUE) {
            newViewDue = core.now() + timeout();
        }
        if (core.primary().equals(core.node)) {
            viewChanges.decide(view, core.settings.window()).ifPresent(this::begin);
        }
    }

    // -- the new view

    /** The primary's: when it has all that is chosen. */
    private void begin(NewViewDecision decided) {
        List<FetchBatch> missing = new ArrayList<>();
        decided.chosen().forEach((sequence, batch) -> batch.filter(digest ->
                        core.isOpen(sequence) && core.batch(sequence, digest).isEmpty())
                .ifPresent(digest -> missing.add(new FetchBatch(sequence, digest))));
        if (missing.isEmpty()) {
            enter(new NewView(core.ledger.view(), viewChanges.proofs(core.ledger.view())), decided);
        } else {
            missing.forEach(fetch -> {
                Slot slot = core.slot(fetch.sequence());
                slot.await(fetch.digest());
                core.fetch(slot, fetch.digest());
            });
        }
    }

    void onBatchArrived() {
        onMore();
    }

    /** Whoever brings it: it proves itself. */
    void onNewView(String from, NewView newView) {
        if (core.isActiveIn(newView.view())) {
            return;
        }
        if (newView.view() < core.ledger.view()) {
            if (!core.ledger.isActive() && !vouching.knows(from, newView.view())) {
                decide(newView).ifPresent(decided -> vouching.onProof(from, new ViewStart(newView.view(), decided)));
            }
            return;
        }
        decide(newView).ifPresent(decided -> enter(newView, decided));
    }

    /** What follows from the proof; empty when it proves nothing. */
    private Optional<NewViewDecision> decide(NewView newView) {
        return decide(newView, core.notary::open);
    }

    private Optional<NewViewDecision> decide(NewView newView, Function<Signed, Optional<PbftMessage>> open) {
        Set<String> senders = new LinkedHashSet<>();
        List<ViewChange> contents = new ArrayList<>();
        for (Signed signed : newView.viewChanges()) {
            Optional<ViewChange> said = open.apply(signed)
                    .filter(ViewChange.class::isInstance)
                    .map(ViewChange.class::cast)
                    .filter(content -> content.view() == newView.view()
                            && core.members.contains(signed.from())
                            && NewViewDecision.isWellFormed(content, core.settings.window())
                            && senders.add(signed.from()));
            if (said.isEmpty()) {
                return Optional.empty(); // However many follow, no more signatures are looked at.
            }
            contents.add(said.get());
        }
        return senders.size() >= core.members.quorum()
                ? NewViewDecision.of(core.members, contents, core.settings.window())
                : Optional.empty();
    }

    private void enter(NewView newView, NewViewDecision decided) {
        long view = newView.view();
        core.log.info(
                "Group {}: {} is in view {}, primary {}", core.group, core.node, view, core.members.primary(view));
        giveUpProposed();
        List<Fact> facts = atTheEndOfTheView(new Fact.ViewEntered(newView));
        core.requests.beginView(core.now());
        newViewDue = Long.MAX_VALUE;
        own = null;
        viewChanges.forgetThrough(view);
        vouching.forget();
        core.record(facts, () -> {
            if (core.isActiveIn(view) && core.leads()) {
                core.multicast(newView);
                normalCase.propose();
                leaveWhatItCannotLead(); // The others have seen it begin, and so see it end.
            }
        });
        start = new ViewStart(view, decided);
        takeUp();
        core.requests.oldest(core.settings.maxBatchRequests()).forEach(request -> {
            if (!core.leads()) {
                core.pass(core.primary(), request);
            }
        });
    }

    /**
     * After a start, in a view that is in force or in the middle of a view change.
     *
     * @param isFirst whether nothing was said before
     */
    void resume(boolean isFirst) {
        if (!core.ledger.isActive()) {
            sayLeft();
        } else if (core.leads() && !isFirst) {
            leaveFor(core.ledger.view() + 1);
        } else {
            takeUp();
        }
    }

    /** §4.4: "multicasts a prepare for each message in O"; those that are out of the window wait until they are in it. */
    private void takeUp() {
        normalCase.beginView(start.decision());
        takeUpOpen();
    }

    /** The window has moved. */
    void takeUpOpen() {
        if (!core.ledger.isActive()) {
            return;
        }
        start.decision().chosen().forEach((sequence, batch) -> {
            if (core.isOpen(sequence)) {
                takeUp(core.slot(sequence), batch.orElse(core.notary.nullDigest()));
            }
        });
    }

    private void takeUp(Slot slot, Digest chosen) {
        if (slot.prePrepared().isPresent() || slot.awaited().isPresent()) {
            return;
        }
        Optional<ByteString> batch = core.batch(slot.sequence, chosen);
        if (batch.isPresent()) {
            normalCase.prePrepare(slot, batch.get());
        } else {
            slot.await(chosen);
            core.fetch(slot, chosen);
        }
    }

    /** Where the view in force last began, for a replica that is behind that. */
    Optional<Checkpoint> start() {
        NewViewDecision decided = start.decision();
        return decided.checkpointDigest()
                .filter(digest -> decided.checkpoint() > core.executed())
                .map(digest -> new Checkpoint(decided.checkpoint(), digest));
    }

    // -- for one who is behind

    /** Once in a while: a quorum wants the view, and it has not begun. */
    void onLook() {
        if (!core.ledger.isActive() && newViewDue != Long.MAX_VALUE) {
            vouching.vouch(viewChanges.contents(), start);
        }
    }

    /** Helps a replica that is not where this one is. */
    void onStanding(String from, PbftMessage.Standing standing) {
        boolean isBehind =
                standing.view() < core.ledger.view() || (standing.view() == core.ledger.view() && !standing.active());
        if (isBehind && core.ledger.isActive()) {
            core.ledger.proof().ifPresent(proof -> core.send(from, proof));
        } else if (isBehind && own != null) {
            core.pass(from, own);
            core.ledger
                    .proof()
                    .ifPresent(proof -> core.send(from, proof)); // What the view change tells of rests on it.
        }
    }
}
