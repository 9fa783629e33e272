package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Garbage collection (§4.3) and state transfer: takes note of checkpoints, makes them stable when a quorum has them, and
 * has a state fetched when this replica is too far behind to come up by messages, or has come to another state than the
 * others.
 *
 * <p>Transitions of a checkpoint: stored here → a fact, and said → stable, when a quorum has said it. What was fetched, on
 * the word of f+1, goes the same way: were it stable at once, those below could lack f+1 who vouch for where to go on.
 */
final class StateTransfer {

    /** What this part has others do. */
    interface Hands {

        /** Starts to fetch this state; answered by {@link #onFetched} or {@link #onFetchFailed}. */
        void fetch(Checkpoint target);

        /** Puts a stored state in the place of the service's. */
        void restore(long sequence, StateHeader header);

        /** Deletes stored states below. */
        void prune(long sequence);

        /** The window has moved. */
        void windowMoved();
    }

    private final Core core;
    private final Checkpoints checkpoints;
    private final Hands hands;

    private enum Phase {
        NONE,
        FETCHING,
        RESTORING
    }

    private Phase phase = Phase.NONE;
    /** Whether the state is put in the place of this replica's though that is further: it is wrong, or out of its window. */
    private boolean repairs;

    private long executedAtLastLook;
    private long stuckSince;

    StateTransfer(Core core, Hands hands) {
        this.core = core;
        this.checkpoints = new Checkpoints(core.members);
        this.hands = hands;
        core.ledger.checkpoints().forEach(checkpoint -> checkpoints.onCheckpoint(core.node, checkpoint));
    }

    // -- checkpoints

    /**
     * This replica's state at {@code sequence}, executed or fetched, is durable. That it is here must be, too, before the
     * others hear of it: when a quorum has it, they let go of what is below.
     */
    void onSaved(long sequence, StateHeader header) {
        if (sequence > core.ledger.stableSequence()) {
            Fact.CheckpointTaken taken = new Fact.CheckpointTaken(sequence, header);
            core.record(List.of(taken), () -> {
                checkpoints.onCheckpoint(core.node, taken.checkpoint());
                core.multicast(taken.checkpoint());
                makeStable();
            });
        }
    }

    void onCheckpoint(String from, Checkpoint checkpoint) {
        if (checkpoint.sequence() > core.ledger.stableSequence()) {
            checkpoints.onCheckpoint(from, checkpoint);
            makeStable();
        }
    }

    private void makeStable() {
        core.ledger.taken().stream()
                .filter(taken -> checkpoints.isStable(taken.checkpoint()))
                .reduce((earlier, later) -> later)
                .ifPresent(this::advance);
    }

    /** h moves to {@code checkpoint}. */
    private void advance(Fact.CheckpointTaken checkpoint) {
        long sequence = checkpoint.sequence();
        List<Fact> facts = new ArrayList<>(List.of(core.ledger.stableAt(checkpoint)));
        core.ledger.forgottenBeyond(sequence).ifPresent(facts::add);
        core.record(facts, () -> {
            hands.prune(sequence);
            hands.windowMoved(); // And this replica may vote in all of it.
        });
        core.forgetSlotsThrough(sequence);
        checkpoints.forgetBelow(sequence);
        hands.windowMoved();
    }

    // -- states of others

    /**
     * Once in a while: whether a state must be fetched.
     *
     * @param viewStart where the view in force begins, when that is not reached here
     * @param patienceTicks how long this replica may execute nothing while others are proved to be further
     */
    void onLook(Optional<Checkpoint> viewStart, long patienceTicks) {
        if (core.executed() != executedAtLastLook) {
            executedAtLastLook = core.executed();
            stuckSince = core.now();
        }
        Optional<Checkpoint> proved = checkpoints.latestProved(core.executed()).or(() -> viewStart);
        boolean isFar = proved.isPresent() && !core.isOpen(proved.get().sequence());
        boolean isStuck = core.now() - stuckSince > patienceTicks;
        if (isFar || (proved.isPresent() && isStuck)) {
            fetch(proved.get(), false);
        } else {
            diverged().or(() -> isStuck ? leftOut() : Optional.empty()).ifPresent(instead -> fetch(instead, true));
        }
    }

    /**
     * A checkpoint that others are proved to have, for a replica that nothing moves: it has fetched a state beyond its window,
     * and too few have that. With this one, which it has passed over, its window moves, and it votes again.
     */
    private Optional<Checkpoint> leftOut() {
        return core.isOpen(core.executed() + 1)
                ? Optional.empty()
                : checkpoints.latestProved(
                        core.ledger.stableSequence(),
                        checkpoint -> core.ledger.taken(checkpoint.sequence()).isEmpty());
    }

    /** A checkpoint that others are proved to have with another digest than this replica has. */
    private Optional<Checkpoint> diverged() {
        return checkpoints.latestProved(core.ledger.stableSequence()).filter(proved -> core.ledger
                .taken(proved.sequence())
                .filter(taken -> !taken.checkpoint().equals(proved))
                .isPresent());
    }

    private void fetch(Checkpoint target, boolean toRepair) {
        if (phase == Phase.NONE) {
            core.log.info(
                    "Group {}: {} has executed through {}, and fetches the state at {}",
                    core.group,
                    core.node,
                    core.executed(),
                    target.sequence());
            phase = Phase.FETCHING;
            repairs = toRepair;
            hands.fetch(target);
        }
    }

    void onFetchFailed() {
        if (phase == Phase.FETCHING) {
            phase = Phase.NONE;
        }
    }

    void onFetched(long sequence, StateHeader header) {
        boolean isOfUse = sequence > core.ledger.stableSequence() && (repairs || sequence > core.executed());
        if (phase == Phase.FETCHING && isOfUse) {
            phase = Phase.RESTORING;
            hands.restore(sequence, header);
        } else {
            onFetchFailed();
        }
    }

    /** The service has the state. */
    void onRestored(long sequence, StateHeader header) {
        phase = Phase.NONE;
        core.executedThrough(sequence);
        onSaved(sequence, header);
    }

    /** Says again which states are here, to one whose stable checkpoint is older. */
    void sayAgain(String to, long stable) {
        List<Checkpoint> later = core.ledger.checkpoints().stream()
                .filter(one -> one.sequence() > stable)
                .toList();
        core.whenDurable(() -> later.forEach(one -> core.send(to, one)));
    }
}
