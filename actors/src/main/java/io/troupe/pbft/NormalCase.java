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
    private long nextSequence;
    private long handed;
    private long awaited;
    private long awaitedSince;
    /** Another state is about to take the place of this one: what is decided waits for it. */
    private boolean suspended;

    NormalCase(Core core, ActorRef<? super Executor.Execute> executor) {
        this.core = core;
        this.executor = executor;
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
                        core.batch(sequence, digest).ifPresent(this::markProposed);
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
        if (!Core.isFrom(letter, request)) {
            return;
        }
        Optional<PbftMessage.Reply> reply = core.requests.replyTo(request.id());
        if (reply.isPresent()) {
            core.send(letter.from(), reply.get()); // "the replicas just re-send the reply" (§4.1)
        } else if (core.requests.add(request.id(), letter, core.now()) && !core.leads()) {
            core.pass(core.primary(), letter);
        }
        propose();
    }

    /** The primary's: batches of what waits, as far as the window and the pipeline go. */
    void propose() {
        while (core.leads()
                && core.isOpen(nextSequence)
                && nextSequence - core.executed() <= core.settings.pipeline()) {
            List<Sealed> requests =
                    core.requests.takeForBatch(core.settings.maxBatchRequests(), core.settings.maxBatchBytes());
            if (requests.isEmpty()) {
                return;
            }
            prePrepare(core.slot(nextSequence++), core.notary.write(new Batch(requests)));
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
        if (slot.awaited().isPresent() || areAuthentic(message.batch())) {
            prePrepare(slot, message.batch());
        }
    }

    /**
     * Each request was sealed for this replica by its client, or came from the client itself (thesis §3.2.2): a client may
     * have sealed it well for the primary alone.
     */
    private boolean areAuthentic(ByteString batch) {
        return core.notary
                .readBatch(batch)
                .filter(read -> read.requests().size() <= core.settings.maxBatchRequests())
                .filter(read -> read.requests().stream().allMatch(this::isAuthentic))
                .isPresent();
    }

    private boolean isAuthentic(Sealed letter) {
        return core.notary
                .read(letter)
                .filter(message -> message instanceof Request request
                        && Core.isFrom(letter, request)
                        && (core.notary.open(letter).isPresent() || core.requests.holds(request.id(), letter)))
                .isPresent();
    }

    /** Sent or accepted: it is a fact before anybody hears of it. */
    void prePrepare(Slot slot, ByteString batch) {
        long view = core.ledger.view();
        core.record(List.of(take(slot, Digest.of(batch), batch)), () -> sayPrePrepared(slot, view));
    }

    /** The batch is this view's at the slot; gives the fact that is to be recorded. */
    private Fact take(Slot slot, Digest digest, ByteString batch) {
        slot.prePrepare(digest);
        markProposed(batch);
        boolean isKept = core.ledger.batch(slot.sequence, digest).isPresent();
        return new Fact.PrePrepared(
                core.ledger.view(), slot.sequence, digest, isKept ? Optional.empty() : Optional.of(batch));
    }

    /** That the slot's batch pre-prepared in {@code view} is durable. */
    private void sayPrePrepared(Slot slot, long view) {
        if (core.isActiveIn(view) && core.isOpen(slot.sequence)) {
            slot.onPrepare(core.node, new Vote(view, slot.prePrepared().orElseThrow()));
            sayAgain(slot, Optional.empty());
            tryPrepare(slot);
        }
    }

    void onPrepare(String from, Prepare message) {
        if (core.isOpen(message.sequence())) {
            Slot slot = core.slot(message.sequence());
            slot.onPrepare(from, new Vote(message.view(), message.digest()));
            tryPrepare(slot);
        }
    }

    private void tryPrepare(Slot slot) {
        long view = core.ledger.view();
        if (core.ledger.isActive() && !slot.isMarkedPrepared() && slot.isPrepared(view, core.primary(), core.members)) {
            slot.markPrepared();
            Digest digest = slot.prePrepared().orElseThrow();
            core.record(List.of(new Fact.Prepared(view, slot.sequence, digest)), () -> {
                if (core.isActiveIn(view) && core.isOpen(slot.sequence)) {
                    slot.onCommit(core.node, new Vote(view, digest));
                    core.multicast(new Commit(view, slot.sequence, digest));
                    tryCommit(slot);
                }
            });
        }
    }

    void onCommit(String from, Commit message) {
        if (core.isOpen(message.sequence())) {
            Slot slot = core.slot(message.sequence());
            slot.onCommit(from, new Vote(message.view(), message.digest()));
            tryCommit(slot);
        }
    }

    private void tryCommit(Slot slot) {
        if (slot.newlyCommitted(core.members).isPresent()) {
            execute();
        }
    }

    /**
     * Whether the batch that is to be executed next pre-prepared here and has not committed for longer than {@code ticks}:
     * who accepted it waits for its requests (§4.4), whether their clients have told it of them or not.
     */
    boolean isOverdue(long ticks) {
        long next = core.executed() + 1;
        boolean waits = core.slotIfAny(next)
                .filter(slot ->
                        slot.prePrepared().isPresent() && slot.committed().isEmpty())
                .isPresent();
        if (!waits || next != awaited) {
            awaited = waits ? next : 0;
            awaitedSince = core.now();
        }
        return waits && core.now() - awaitedSince > ticks;
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
            executor.tell(new Executor.Execute(sequence, requestsOf(batch.get())));
            handed = sequence;
        }
    }

    private List<Request> requestsOf(ByteString batch) {
        List<Request> requests = new ArrayList<>();
        core.notary.readBatch(batch).ifPresent(read -> read.requests().forEach(letter -> core.notary
                .read(letter)
                .filter(Request.class::isInstance)
                .map(Request.class::cast)
                .ifPresent(requests::add)));
        return requests;
    }

    private void markProposed(ByteString batch) {
        requestsOf(batch).forEach(request -> core.requests.markProposed(request.id()));
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

    /**
     * What this replica has said about the slot, said again.
     *
     * @param to empty for all
     */
    void sayAgain(Slot slot, Optional<String> to) {
        long view = core.ledger.view();
        slot.prepareOf(core.node).filter(vote -> core.isActiveIn(vote.view())).ifPresent(vote -> {
            if (!core.leads()) {
                say(new Prepare(view, slot.sequence, vote.digest()), to);
            } else {
                core.batch(slot.sequence, vote.digest())
                        .ifPresent(batch -> say(new PrePrepare(view, slot.sequence, batch), to));
            }
        });
        if (to.isPresent()) {
            slot.commitOf(core.node).ifPresent(vote -> say(new Commit(vote.view(), slot.sequence, vote.digest()), to));
            slot.awaited().ifPresent(chosen -> core.multicast(new FetchBatch(slot.sequence, chosen)));
        }
    }

    private void say(PbftMessage message, Optional<String> to) {
        to.ifPresentOrElse(peer -> core.send(peer, message), () -> core.multicast(message));
    }
}
