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
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * Normal-case operation (§4.2): a batch gets a sequence number by pre-prepare and prepare, and is decided by commit; then
 * it is executed in its turn. Whatever is said rests on a fact that is durable.
 */
final class NormalCase {

    /** Batches handed to the executor and not executed yet. */
    private static final int EXECUTING_MAX = 16;

    private final Core core;
    private final ActorRef<? super Executor.Execute> executor;
    private final PreferredQuorum quorum;
    private long nextSequence;
    private long handed;
    private long awaited;
    private long awaitedSince;
    /** Another state is about to take the place of this one: what is decided waits for it. */
    private boolean suspended;

    NormalCase(Core core, ActorRef<? super Executor.Execute> executor) {
        this.core = core;
        this.executor = executor;
        this.quorum = new PreferredQuorum(core);
        this.handed = core.executed();
    }

    /** What this replica had said before it was started again, it has said. */
    void recover() {
        long view = core.ledger.view();
        for (long sequence : core.ledger.sequences()) {
            Slot slot = core.slot(sequence);
            Optional<Certified> prepared = core.ledger.prepared(sequence);
            prepared.ifPresent(one -> slot.onCommit(core.node, new Vote(one.view(), one.digest())));
            core.ledger
                    .prePreparedIn(view, sequence)
                    .filter(digest -> core.ledger.isActive())
                    .ifPresent(digest -> {
                        slot.prePrepare(digest);
                        slot.onPrepare(core.node, new Vote(view, digest));
                        core.batch(sequence, digest).ifPresent(batch -> markProposed(core.notary.readRequests(batch)));
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
        Optional<PbftMessage.Reply> reply = core.requests.replyTo(request.id());
        if (reply.isPresent()) {
            core.send(letter.from(), reply.get()); // "the replicas just re-send the reply" (§4.1)
        } else if (core.requests.add(letter, request, core.now()) && !core.leads()) {
            core.pass(core.primary(), letter);
        }
        propose();
    }

    /** The primary's: batches of what waits, as far as the window and the pipeline go. */
    void propose() {
        while (core.leads()
                && core.isOpen(nextSequence)
                && nextSequence - core.executed() <= core.settings.pipeline()) {
            List<Requests.Waiting> taken =
                    core.requests.takeForBatch(core.settings.maxBatchRequests(), core.settings.maxBatchBytes());
            if (taken.isEmpty()) {
                return;
            }
            ByteString batch = core.notary.write(
                    new Batch(taken.stream().map(Requests.Waiting::letter).toList()));
            Slot slot = core.slot(nextSequence++);
            core.multicast(new PrePrepare(core.ledger.view(), slot.sequence, batch)); // No vote, so it need not wait.
            prePrepare(
                    slot,
                    Proposal.of(
                            batch, taken.stream().map(Requests.Waiting::request).toList()));
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
        if (slot.prePrepared().isPresent()
                || slot.awaited().filter(chosen -> !chosen.equals(digest)).isPresent()) {
            return; // "it has not accepted a pre-prepare message for view v and sequence number n containing a
            // different digest"
        }
        Optional<List<Request>> requests = slot.awaited().isPresent()
                ? Optional.of(core.notary.readRequests(message.batch()))
                : readAuthentic(message.batch());
        requests.ifPresent(read -> prePrepare(slot, new Proposal(digest, message.batch(), read)));
    }

    /**
     * Each request was sealed for this replica by its client, or came from the client itself (thesis §3.2.2): a client may
     * have sealed it well for the primary alone.
     */
    private Optional<List<Request>> readAuthentic(ByteString batch) {
        Optional<Batch> read = core.notary.readBatch(batch);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        List<Request> requests = new ArrayList<>();
        int operations = 0;
        for (Sealed letter : read.get().requests()) {
            Optional<Request> request = readAuthentic(letter);
            operations += request.map(one -> one.operations().size()).orElse(0);
            if (request.isEmpty() || operations > core.settings.maxBatchRequests()) {
                return Optional.empty();
            }
            requests.add(request.get());
        }
        return Optional.of(requests);
    }

    private Optional<Request> readAuthentic(Sealed letter) {
        return core.notary
                .read(letter)
                .filter(message -> message instanceof Request request
                        && Core.isFrom(letter, request)
                        && (core.notary.isForMe(letter) || core.requests.holds(request.id(), letter)))
                .map(Request.class::cast);
    }

    /** Without its requests at hand. */
    void prePrepare(Slot slot, ByteString batch) {
        prePrepare(slot, Proposal.of(batch, core.notary.readRequests(batch)));
    }

    /** Said by the primary, or accepted: this view's batch at the slot. */
    private void prePrepare(Slot slot, Proposal proposal) {
        slot.prePrepare(proposal);
        markProposed(proposal.requests());
        if (quorum.isInReserve()) {
            slot.keepBody(proposal.digest(), proposal.batch());
        } else {
            voteWhenDurable(slot, proposal.digest(), proposal.batch());
        }
    }

    /** It is a fact before this replica votes for it. */
    private void voteWhenDurable(Slot slot, Digest digest, ByteString batch) {
        long view = core.ledger.view();
        boolean isKept = core.ledger.batch(slot.sequence, digest).isPresent();
        Fact fact = new Fact.PrePrepared(view, slot.sequence, digest, isKept ? Optional.empty() : Optional.of(batch));
        core.record(List.of(fact), () -> vote(slot, view));
    }

    /** That the slot's batch pre-prepared in {@code view} is durable. */
    private void vote(Slot slot, long view) {
        if (core.isActiveIn(view) && core.isOpen(slot.sequence)) {
            Digest digest = slot.prePrepared().orElseThrow();
            slot.onPrepare(core.node, new Vote(view, digest));
            quorum.say(new Prepare(view, slot.sequence, digest), slot);
            tryPrepare(slot);
        }
    }

    void onPrepare(String from, Prepare message) {
        if (core.isOpen(message.sequence())) {
            Slot slot = core.slot(message.sequence());
            slot.onPrepare(from, new Vote(message.view(), message.digest()));
            if (!quorum.hears(from)) {
                sayVotes(slot, from); // It was in reserve.
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
                && core.ledger.prePreparedIn(view, slot.sequence).isPresent()) {
            slot.markPrepared();
            Digest digest = slot.prePrepared().orElseThrow();
            core.record(List.of(new Fact.Prepared(view, slot.sequence, digest)), () -> {
                if (core.isActiveIn(view) && core.isOpen(slot.sequence)) {
                    slot.onCommit(core.node, new Vote(view, digest));
                    quorum.say(new Commit(view, slot.sequence, digest), slot);
                    tryCommit(slot);
                }
            });
        }
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
            execute();
        }
    }

    // -- waiting

    void onTick() {
        if (quorum.onTick(waitsFor())) {
            callForVotes();
        }
    }

    /** All vote from now on on what is under way, this replica too, and are told what it said while they did not. */
    private void callForVotes() {
        long view = core.ledger.view();
        for (Slot slot : core.slotsBetween(core.executed(), core.highestUsed())) {
            Optional<Digest> accepted =
                    slot.prePrepared().filter(digest -> slot.committed().isEmpty());
            accepted.ifPresent(digest -> {
                if (core.ledger.prePreparedIn(view, slot.sequence).isEmpty()) {
                    core.batch(slot.sequence, digest).ifPresent(batch -> voteWhenDurable(slot, digest, batch));
                } else {
                    core.members.others(core.members.preferred(view)).stream()
                            .filter(node -> !node.equals(core.node))
                            .forEach(node -> sayAgain(slot, node));
                }
            });
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
     * Whether {@link #waitsFor} has been the same for longer than {@code ticks}: who accepted a batch waits for its requests
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

    // -- execution, in order

    /** "Each replica executes the operation after all requests with lower sequence numbers have been executed." */
    void execute() {
        while (!suspended && handed - core.executed() < EXECUTING_MAX) {
            long sequence = handed + 1;
            Optional<Digest> committed = core.slotIfAny(sequence).flatMap(Slot::committed);
            if (committed.isEmpty()) {
                return;
            }
            Optional<ByteString> batch = core.batch(sequence, committed.get());
            if (batch.isEmpty()) {
                core.multicast(new FetchBatch(sequence, committed.get()));
                return;
            }
            List<Request> requests = core.slot(sequence)
                    .takeProposal(committed.get())
                    .map(Proposal::requests)
                    .orElseGet(() -> core.notary.readRequests(batch.get()));
            executor.tell(new Executor.Execute(sequence, requests, batch.get().length()));
            handed = sequence;
        }
    }

    private void markProposed(List<Request> requests) {
        requests.forEach(request -> core.requests.markProposed(request.id()));
    }

    /** Until {@link #restartAt}. */
    void suspend() {
        suspended = true;
    }

    /** A state was put in the place of this replica's. */
    void restartAt(long sequence) {
        suspended = false;
        handed = sequence;
        nextSequence = Math.max(nextSequence, sequence + 1);
    }

    /** What this view gives comes after what the views before gave. */
    void beginView(long firstFree) {
        nextSequence = firstFree;
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
        Optional<Slot> wanting = core.slotIfAny(body.sequence()).filter(slot -> slot.wants(digest));
        wanting.ifPresent(slot -> {
            slot.keepBody(digest, body.batch());
            if (core.ledger.isActive() && slot.awaited().filter(digest::equals).isPresent()) {
                prePrepare(slot, body.batch());
            }
            execute();
        });
        return wanting.isPresent();
    }

    /** What this replica has said about the slot, said again to one who may have missed it. */
    void sayAgain(Slot slot, String to) {
        if (core.leads()) {
            presentVote(slot)
                    .flatMap(vote -> core.batch(slot.sequence, vote.digest()))
                    .ifPresent(batch -> core.send(to, new PrePrepare(core.ledger.view(), slot.sequence, batch)));
        }
        sayVotes(slot, to);
        slot.awaited().ifPresent(chosen -> core.multicast(new FetchBatch(slot.sequence, chosen)));
    }

    private void sayVotes(Slot slot, String to) {
        presentVote(slot).ifPresent(vote -> core.send(to, new Prepare(vote.view(), slot.sequence, vote.digest())));
        slot.commitOf(core.node)
                .ifPresent(vote -> core.send(to, new Commit(vote.view(), slot.sequence, vote.digest())));
    }

    /** This replica's prepare, when it is of the view in force. */
    private Optional<Vote> presentVote(Slot slot) {
        return slot.prepareOf(core.node).filter(vote -> core.isActiveIn(vote.view()));
    }
}
