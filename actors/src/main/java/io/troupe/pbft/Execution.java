package io.troupe.pbft;

import io.troupe.pbft.Slot.Vote;
import io.troupe.pbft.TentativeExecution.Batch;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/**
 * "Each replica executes the operation after all requests with lower sequence numbers have been executed" (§4.2): when it has
 * committed; or tentatively, when it has prepared and all those have committed ({@link TentativeExecution}).
 */
final class Execution {

    /** Batches handed to the executor and not executed yet. */
    private static final int EXECUTING_MAX = 16;

    private final Core core;
    private final ActorRef<? super Executor.Command> executor;
    private final Replies replies;
    private final boolean goesAhead;
    private final Consumer<Executor.Executed> whenExecuted;
    private long handed;
    /** States that are about to take the place of this one: what is decided waits for the last of them. */
    private int awaitedStates;

    /** What was handed over as tentative through there has committed, though the service may be at it still. */
    private long settledThrough;

    private long lastInAView;

    /**
     * @param goesAhead whether batches are executed tentatively
     * @param whenExecuted is told of each batch in its turn, when it is executed for good
     */
    Execution(
            Core core,
            ActorRef<? super Executor.Command> executor,
            Replies replies,
            boolean goesAhead,
            Consumer<Executor.Executed> whenExecuted) {
        this.core = core;
        this.executor = executor;
        this.replies = replies;
        this.goesAhead = goesAhead;
        this.whenExecuted = whenExecuted;
        this.handed = core.executed();
    }

    /** What is committed, as far as its batches are here; asks for one that is not. Then one that has prepared. */
    void goOn() {
        Optional<Executor.Executed> settled = settle();
        while (mayHandOver() && handOver(handed + 1)) {
            continue;
        }
        settled.ifPresent(whenExecuted);
    }

    private boolean mayHandOver() {
        return !isSuspended()
                && !core.tentative.isUnderWay()
                && handed - core.executed() < EXECUTING_MAX
                && handed < core.right.mayExecuteThrough();
    }

    /** @return whether it was possible */
    private boolean handOver(long sequence) {
        Optional<Slot> slot = core.slotIfAny(sequence);
        Optional<Digest> committed = slot.flatMap(Slot::committed);
        Optional<Digest> next = committed.or(() -> slot.filter(this::mayGoAhead).flatMap(Slot::prePrepared));
        if (next.isEmpty()) {
            return false;
        }
        Digest digest = next.get();
        Optional<ByteString> batch = core.batch(sequence, digest);
        if (batch.isEmpty()) {
            core.fetch(core.slot(sequence), digest);
            return false;
        }
        boolean isTentative = committed.isEmpty();
        Proposal decided = core.slot(sequence).proposal(digest).orElseGet(() -> core.notary.readDecided(batch.get()));
        executor.tell(new Executor.Execute(
                sequence, decided.value(), decided.requests(), batch.get().length(), isTentative));
        handed = sequence;
        if (isTentative) {
            core.tentative.begin(new Batch(core.ledger.view(), sequence, digest));
        } else {
            core.slot(sequence).forgetProposal();
        }
        return true;
    }

    /** All that was handed over has committed: else something is tentative, and nothing is handed over. */
    private boolean mayGoAhead(Slot slot) {
        return goesAhead
                && core.ledger.isActive()
                && slot.isMarkedPrepared()
                && core.ledger.latestStateSequence() <= core.executed(); // There is a state to go back to.
    }

    /** @return what the batch came to that was executed tentatively, has committed now, and is executed already */
    private Optional<Executor.Executed> settle() {
        Optional<Slot> slot = core.tentative.batch().flatMap(batch -> core.slotIfAny(batch.sequence()));
        Optional<Digest> committed = slot.flatMap(Slot::committed);
        if (committed.isEmpty()) {
            return Optional.empty();
        }
        if (!committed.equals(core.tentative.batch().map(Batch::digest))) {
            takeBack();
            return Optional.empty();
        }
        settledThrough = slot.get().sequence;
        executor.tell(new Executor.Settle(settledThrough));
        slot.get().forgetProposal();
        return core.tentative.end();
    }

    void onExecuted(Executor.Executed executed) {
        if (executed.sequence() <= core.executed()) {
            return; // A fetched state has overtaken it, or it was executed before this replica's state went back.
        }
        boolean hasNotCommitted = core.tentative
                .batch()
                .filter(batch -> batch.sequence() == executed.sequence())
                .isPresent();
        if (hasNotCommitted) {
            core.tentative.onExecuted(executed);
            answer();
        } else if (!executed.isTentative() || executed.sequence() <= settledThrough) { // Else it was taken back.
            whenExecuted.accept(executed);
        }
    }

    /**
     * "Replicas send tentative replies" (§5.1), when the service has executed the batch and this replica has said its commit to it:
     * until then its certificate may not be durable, or it has forgotten what would make it count ({@link VotingRight}).
     */
    void answer() {
        core.tentative.batch().filter(this::hasCommittedTo).ifPresent(batch -> core.tentative
                .unanswered()
                .ifPresent(executed -> {
                    core.tentative.markAnswered();
                    replies.onExecutedTentatively(batch.view(), executed);
                }));
    }

    private boolean hasCommittedTo(Batch batch) {
        return core.isActiveIn(batch.view())
                && core.slotIfAny(batch.sequence())
                        .flatMap(slot -> slot.commitOf(core.node))
                        .filter(new Vote(batch.view(), batch.digest())::equals)
                        .isPresent();
    }

    /** A view begins: what is executed tentatively stays so when the view begins with it, and is taken back otherwise. */
    void beginView(NewViewDecision decided) {
        core.tentative
                .batch()
                .filter(batch -> !decided.chooses(batch.sequence(), batch.digest(), core.notary.nullDigest()))
                .ifPresent(batch -> takeBack());
    }

    /** Without a view nothing may commit for as long as one likes, and reads wait at the service meanwhile. */
    void onTick() {
        if (core.ledger.isActive() || !core.tentative.isUnderWay()) {
            lastInAView = core.now();
        } else if (core.now() - lastInAView > core.settings.ticks(core.settings.viewChangeTimeout())) {
            takeBack();
        }
    }

    // -- other states

    private void takeBack() {
        core.log.info(
                "Group {}: {} takes back what it executed tentatively at {}",
                core.group,
                core.node,
                core.tentative.batch().map(Batch::sequence).orElseThrow());
        suspend();
        goBack();
    }

    /** To the latest checkpoint; from there what has committed is executed again, and nobody is told. */
    private void goBack() {
        executor.tell(new Executor.GoBack(core.ledger.latestState()));
    }

    void onGoneBack(long sequence) {
        if (awaitedStates == 1 && sequence < core.ledger.stableSequence()) {
            goBack(); // The batches from there on are not kept any more; a later state is here meanwhile.
        } else {
            restartAt(sequence);
            goOn();
        }
    }

    /** Until {@link #restartAt}. What is executed tentatively is gone with the state. */
    void suspend() {
        awaitedStates++;
        core.tentative.batch().ifPresent(batch -> {
            core.tookBack(batch.sequence());
            core.tentative.end();
        });
    }

    boolean isSuspended() {
        return awaitedStates > 0;
    }

    /** A state was put in the place of this replica's. */
    void restartAt(long sequence) {
        awaitedStates = Math.max(0, awaitedStates - 1);
        handed = sequence;
    }
}
