package io.troupe.pbft;

import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** "Each replica executes the operation after all requests with lower sequence numbers have been executed" (§4.2). */
final class Execution {

    /** Batches handed to the executor and not executed yet. */
    private static final int EXECUTING_MAX = 16;

    private final Core core;
    private final ActorRef<? super Executor.Execute> executor;
    private long handed;
    /** Another state is about to take the place of this one: what is decided waits for it. */
    private boolean suspended;

    Execution(Core core, ActorRef<? super Executor.Execute> executor) {
        this.core = core;
        this.executor = executor;
        this.handed = core.executed();
    }

    /** What is committed, as far as its batches are here; asks for one that is not. */
    void goOn() {
        while (!suspended && handed - core.executed() < EXECUTING_MAX) {
            long sequence = handed + 1;
            if (sequence > core.right.mayExecuteThrough()) {
                return;
            }
            Optional<Digest> committed = core.slotIfAny(sequence).flatMap(Slot::committed);
            if (committed.isEmpty()) {
                return;
            }
            Optional<ByteString> batch = core.batch(sequence, committed.get());
            if (batch.isEmpty()) {
                core.fetch(core.slot(sequence), committed.get());
                return;
            }
            Proposal decided = core.slot(sequence)
                    .takeProposal(committed.get())
                    .orElseGet(() -> core.notary.readDecided(batch.get()));
            executor.tell(new Executor.Execute(
                    sequence, decided.value(), decided.requests(), batch.get().length()));
            handed = sequence;
        }
    }

    /** Until {@link #restartAt}. */
    void suspend() {
        suspended = true;
    }

    /** A state was put in the place of this replica's. */
    void restartAt(long sequence) {
        suspended = false;
        handed = sequence;
    }
}
