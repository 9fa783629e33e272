package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Certified;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.FetchBatch;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.Slot.Vote;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Normal-case operation (§4.2): a batch gets a sequence number by pre-prepare and prepare, and is decided by commit; then
 * it is executed in its turn. A prepare is said at once, as far as {@link VotingRight} goes; a commit rests on facts that are
 * durable.
 */
final class NormalCase {

    private final Core core;
    private final Execution execution;
    private final Repeats repeats;
    private final PreferredQuorum quorum;
    private final Authenticity authenticity;
    private final Choices choices;
    private long nextSequence;
    /** Through this number the view in force began with what is chosen, and nothing else pre-prepares. */
    private long chosenThrough;

    private long awaited;
    private long awaitedSince;
    private long lastRead = Long.MIN_VALUE / 2;

    NormalCase(Core core, Execution execution, Repeats repeats, Authenticity authenticity, Choices choices) {
        this.core = core;
        this.execution = execution;
        this.repeats = repeats;
        this.authenticity = authenticity;
        this.choices = choices;
        this.quorum = new PreferredQuorum(core);
    }

    /** What this replica had said before it was started again, it has said. */
    void recover() {
        long view = core.ledger.view();
        for (long sequence : core.ledger.sequences()) {
            Slot slot = core.slot(sequence);
            Optional<Certified> prepared = core.ledger.prepared(sequence);
            prepared.filter(one -> !core.right.isForgotten(sequence))
                    .ifPresent(one -> slot.onCommit(core.node, new Vote(one.view(), one.digest())));
            core.ledger
                    .prePreparedIn(view, sequence)
                    .filter(digest -> core.ledger.isActive())
                    .ifPresent(digest -> {
                        slot.prePrepare(digest);
                        if (!core.right.isMute(view, sequence)) {
                            slot.onPrepare(core.node, new Vote(view, digest));
                        }
                        core.batch(sequence, digest).ifPresent(batch -> markProposed(core.notary.readDecided(batch)));
                    });
            if (core.ledger.isActive()
                    && prepared.filter(one -> one.view() == view).isPresent()) {
                slot.markPrepared();
            }
        }
    }

    // -- requests

    /** §4.1, §4.2: the primary gives it a number; who is not the primary passes it on, and waits for it. */
    void onRequest(Sealed letter, Request request) {
        if (!Core.isFrom(letter, request)
                || request.operations().isEmpty()
                || request.operations().size() > core.settings.maxBatchRequests()) {
            return; // The other node's client is faulty, or its settings are not these.
        }
        Optional<PbftMessage> reply = core.requests.replyTo(request.id());
        if (reply.isPresent()) {
            core.send(letter.from(), reply.get()); // "the replicas just re-send the reply" (§4.1)
        } else {
            take(letter, request);
        }
        propose();
    }

    private void take(Sealed letter, Request request) {
        boolean mustBeSigned = core.suspects.mustSign(letter.from(), core.now());
        boolean isSigned = (mustBeSigned || !core.leads()) && core.notary.isSigned(letter);
        if (core.leads()) {
            if (isSigned || !mustBeSigned) {
                core.requests.add(letter, request, isSigned, core.now());
            }
        } else if (core.requests.add(letter, request, isSigned, core.now())) {
            core.pass(core.primary(), letter);
        }
    }

    private boolean mayBeGiven(Requests.Waiting one) {
        return one.isSigned() || !core.suspects.mustSign(one.letter().from(), core.now());
    }

    /** The primary's: batches of what waits, as far as the window and the pipeline go. */
    void propose() {
        while (core.leads()
                && core.right.mayVote(core.ledger.view(), nextSequence)
                && nextSequence - core.executed() <= core.settings.pipeline()) {
            List<Requests.Waiting> taken = core.requests.takeForBatch(
                    core.settings.maxBatchRequests(), core.settings.maxBatchBytes(), this::mayBeGiven);
            if (taken.isEmpty()) {
                return;
            }
            Optional<ByteString> value = choices.propose();
            ByteString batch = core.notary.write(
                    Batch.of(taken.stream().map(Requests.Waiting::letter).toList(), value));
            Slot slot = core.slot(nextSequence++);
            quorum.say(new PrePrepare(core.ledger.view(), slot.sequence, batch));
            Proposal proposal = Proposal.of(
                    batch, taken.stream().map(Requests.Waiting::request).toList(), value);
            countPrePrepare(core.node, slot, proposal.digest());
            prePrepare(slot, proposal);
        }
    }

    // -- the three phases

    void onPrePrepare(String from, PrePrepare message) {
        long sequence = message.sequence();
        if (!core.isActiveIn(message.view()) || !from.equals(core.primary()) || !core.isOpen(sequence)) {
            return; // §4.2
        }
        Slot slot = core.slot(sequence);
        Digest digest = Digest.of(message.batch());
        if (slot.prePrepared().filter(digest::equals).isPresent()) {
            countPrePrepare(from, slot, digest); // It was chosen, or comes again.
            tryPrepare(slot);
            return;
        }
        boolean isChosen = slot.awaited().filter(digest::equals).isPresent();
        if (slot.prePrepared().isPresent() || (!isChosen && sequence <= chosenThrough)) {
            return; // "it has not accepted a pre-prepare message for view v and sequence number n containing a
            // different digest"
        }
        if (!isChosen && !hasRoomFor(sequence)) {
            return; // It comes again, if it is of use.
        }
        Optional<Proposal> proposal = isChosen
                ? Optional.of(core.notary.readDecided(message.batch()))
                : authenticity.read(message.batch(), digest).filter(choices::accepts); // §4.6
        proposal.ifPresent(read -> {
            countPrePrepare(from, slot, digest);
            prePrepare(slot, read);
        });
    }

    /**
     * For what is executed next there always is, as much as a correct primary has under way. What comes after that may wait for a
     * number that the primary leaves out, for ever: as many bytes are kept of it as between two checkpoints.
     */
    private boolean hasRoomFor(long sequence) {
        return sequence <= core.executed() + core.settings.pipeline()
                || core.bytesWaiting() < core.settings.checkpointBytes();
    }

    /** The primary's vote. */
    private void countPrePrepare(String primary, Slot slot, Digest digest) {
        long view = core.ledger.view();
        slot.onPrepare(primary, new Vote(view, digest));
        quorum.onPrepare(primary, new Prepare(view, slot.sequence, digest));
    }

    /** Without its requests at hand. */
    void prePrepare(Slot slot, ByteString batch) {
        prePrepare(slot, core.notary.readDecided(batch));
    }

    /** Said by the primary, or accepted: this view's batch at the slot. */
    private void prePrepare(Slot slot, Proposal proposal) {
        slot.prePrepare(proposal);
        markProposed(proposal);
        if (!quorum.isInReserve()) {
            vote(slot);
        }
    }

    /** At once, when the replica could do so again ({@link Vouching}); else it is a fact first. */
    private void vote(Slot slot) {
        long view = core.ledger.view();
        if (slot.isProvable()) {
            vote(slot, view);
        } else {
            core.record(List.of(prePrepared(slot)), () -> vote(slot, view));
        }
    }

    private void vote(Slot slot, long view) {
        if (!core.isActiveIn(view) || !core.isOpen(slot.sequence)) {
            return;
        }
        if (!slot.isVotedOn(core.node, view)) {
            if (core.right.mayVote(view, slot.sequence)) {
                Digest digest = slot.prePrepared().orElseThrow();
                slot.onPrepare(core.node, new Vote(view, digest));
                quorum.say(new Prepare(view, slot.sequence, digest), slot);
            } else if (!core.right.isMute(view, slot.sequence)) {
                core.afterWrites(() -> vote(slot, view));
            }
        }
        tryPrepare(slot);
    }

    /** What pre-prepared at the slot in this view, as a fact. */
    private Fact prePrepared(Slot slot) {
        Digest digest = slot.prePrepared().orElseThrow();
        boolean isKept = core.ledger.batch(slot.sequence, digest).isPresent();
        return new Fact.PrePrepared(
                core.ledger.view(),
                slot.sequence,
                digest,
                isKept ? Optional.empty() : core.batch(slot.sequence, digest));
    }

    /** What this replica has voted for in the view in force and is no fact yet: it must be, before it tells what it knows. */
    List<Fact> votesToKeep() {
        List<Fact> facts = new ArrayList<>();
        for (Slot slot : core.slots()) {
            if (isVoted(slot) && !isKept(slot)) {
                facts.add(prePrepared(slot));
            }
        }
        return facts;
    }

    private boolean isVoted(Slot slot) {
        return core.ledger.isActive() && slot.isVotedOn(core.node, core.ledger.view());
    }

    private boolean isKept(Slot slot) {
        return core.ledger.prePreparedIn(core.ledger.view(), slot.sequence).isPresent();
    }

    void onPrepare(String from, Prepare message) {
        if (core.isOpen(message.sequence())) {
            Slot slot = core.slot(message.sequence());
            boolean isNews = slot.onPrepare(from, new Vote(message.view(), message.digest()));
            quorum.onPrepare(from, message);
            if (isNews && core.isActiveIn(message.view()) && !quorum.hears(from)) {
                // It was in reserve. It is told once: two in reserve would answer each other for ever.
                repeats.sayVotes(slot, from);
            }
            if (slot.committed().isEmpty() && slot.prepareOf(core.node).isEmpty() && quorum.onAsked()) {
                callForVotes();
            }
            tryPrepare(slot);
        }
    }

    private void tryPrepare(Slot slot) {
        long view = core.ledger.view();
        if (core.ledger.isActive()
                && !slot.isMarkedPrepared()
                && slot.isPrepared(view, core.members)
                && (isVoted(slot) || !quorum.isInReserve())) {
            slot.markPrepared();
            Digest digest = slot.prePrepared().orElseThrow();
            List<Fact> facts = new ArrayList<>();
            if (!isKept(slot)) {
                facts.add(prePrepared(slot));
            }
            facts.add(new Fact.Prepared(view, slot.sequence, digest));
            core.record(facts, () -> {
                if (core.isActiveIn(view) && core.isOpen(slot.sequence) && !core.right.isForgotten(slot.sequence)) {
                    slot.onCommit(core.node, new Vote(view, digest));
                    quorum.say(new Commit(view, slot.sequence, digest), slot, isAwaited(slot));
                    tryCommit(slot);
                    execution.answer();
                }
            });
            execution.goOn(); // Tentatively, while the disk writes.
        }
    }

    /**
     * Whether the others, or their clients, wait for this replica's commit: what is executed tentatively is answered without. But
     * the next batch, when it is under way already, is executed after this one has committed, and so are reads; and the primary may
     * wait for that with what comes then, or this replica have no vote there that would take it along.
     */
    private boolean isAwaited(Slot slot) {
        long next = slot.sequence + 1;
        boolean isTentative = core.tentative
                .batch()
                .filter(batch -> batch.sequence() == slot.sequence && batch.view() == core.ledger.view())
                .isPresent();
        return !isTentative
                || core.now() - lastRead <= 1
                || !core.settings.piggybackedCommits()
                || core.settings.pipeline() == 1
                || core.slotIfAny(next).flatMap(Slot::prePrepared).isPresent()
                || !core.right.mayVote(core.ledger.view(), next);
    }

    void onCommit(String from, Commit message) {
        if (core.isOpen(message.sequence())) {
            Slot slot = core.slot(message.sequence());
            slot.onCommit(from, new Vote(message.view(), message.digest()));
            quorum.onCommit(from, message);
            tryCommit(slot);
        }
    }

    private void tryCommit(Slot slot) {
        if (slot.newlyCommitted(core.members).isPresent()) {
            execution.goOn();
        }
    }

    // -- waiting

    /** Reads wait at the service, here and elsewhere, until what it has executed tentatively has committed. */
    void onRead() {
        lastRead = core.now();
        quorum.tellHeld();
    }

    void onTick() {
        if (quorum.onTick(waitsFor())) {
            callForVotes();
        }
    }

    /** All vote from now on on what is under way, this replica too, and are told what it said while they did not. */
    private void callForVotes() {
        List<String> reserve = core.members.others(core.members.preferred(core.ledger.view()));
        for (Slot slot : core.slotsBetween(core.executed(), core.highestUsed())) {
            if (slot.prePrepared().isPresent() && slot.committed().isEmpty()) {
                if (!isVoted(slot)) {
                    vote(slot);
                }
                reserve.stream().filter(node -> !node.equals(core.node)).forEach(node -> repeats.sayAll(slot, node));
            }
        }
    }

    /** The batch that is to be executed next, when it pre-prepared here and has not committed; 0 when there is none. */
    private long waitsFor() {
        long next = core.executed() + 1;
        boolean waits = core.slotIfAny(next)
                .filter(slot ->
                        slot.prePrepared().isPresent() && slot.committed().isEmpty())
                .isPresent();
        return waits ? next : 0;
    }

    /**
     * Whether {@link #waitsFor} has been the same in this view for longer than {@code ticks}: who accepted a batch waits for its requests
     * (§4.4), whether their clients have told it of them or not.
     */
    boolean isOverdue(long ticks) {
        long next = waitsFor();
        if (next == 0 || next != awaited) {
            awaited = next;
            awaitedSince = core.now();
        }
        return next != 0 && core.now() - awaitedSince > ticks;
    }

    private void markProposed(Proposal proposal) {
        proposal.requests().forEach(request -> core.requests.markProposed(request.id()));
    }

    /** A state was put in the place of this replica's. */
    void restartAt(long sequence) {
        execution.restartAt(sequence);
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** What this view gives comes after what the views before gave, and what it begins with. */
    void beginView(NewViewDecision decided) {
        execution.beginView(decided);
        chosenThrough = decided.last();
        nextSequence = Math.max(chosenThrough, core.highestPrePrepared()) + 1;
        awaited = 0; // What the view begins with has all its time.
        quorum.beginView();
    }

    // -- what others have missed

    void onFetchBatch(String from, FetchBatch fetch) {
        core.batch(fetch.sequence(), fetch.digest())
                .ifPresent(batch -> core.send(from, new BatchBody(fetch.sequence(), batch)));
    }

    /** @return whether it was one that this replica needs */
    boolean onBatchBody(BatchBody body) {
        Digest digest = Digest.of(body.batch());
        Optional<Slot> wanting = core.slotIfAny(body.sequence())
                .filter(slot ->
                        slot.wants(digest) && core.batch(slot.sequence, digest).isEmpty());
        wanting.ifPresent(slot -> {
            slot.keepBody(digest, body.batch());
            if (core.ledger.isActive() && slot.awaited().filter(digest::equals).isPresent()) {
                prePrepare(slot, body.batch());
            }
            execution.goOn();
        });
        return wanting.isPresent();
    }
}
