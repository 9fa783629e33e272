package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.StateHeader;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Garbage collection (§4.3) and state transfer: takes note of checkpoints, makes them stable when a quorum has them, and
 * has a state fetched when this replica is too far behind to come up by messages, or has come to another state than the
 * others.
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
    /** This replica's checkpoints above the stable one. */
    private final TreeMap<Long, StateHeader> held = new TreeMap<>();

    private enum Phase {
        NONE,
        FETCHING,
        RESTORING
    }

    private Phase phase = Phase.NONE;
    /** Whether the state is fetched because this replica's is wrong. */
    private boolean repairs;

    private long executedAtLastLook;
    private long stuckSince;

    StateTransfer(Core core, Hands hands) {
        this.core = core;
        this.checkpoints = new Checkpoints(core.members);
        this.hands = hands;
        core.ledger
                .stable()
                .ifPresent(stable ->
                        checkpoints.onCheckpoint(core.node, new Checkpoint(stable.sequence(), stable.digest())));
    }

    /** For view changes: C without the stable one. */
    List<Checkpoint> held() {
        return held.entrySet().stream()
                .map(one -> new Checkpoint(one.getKey(), one.getValue().digest(one.getKey())))
                .toList();
    }

    // -- checkpoints

    /** This replica's state at {@code sequence} is durable. */
    void onSaved(long sequence, StateHeader header) {
        if (sequence <= core.ledger.stableSequence()) {
            return;
        }
        held.put(sequence, header);
        Checkpoint checkpoint = new Checkpoint(sequence, header.digest(sequence));
        checkpoints.onCheckpoint(core.node, checkpoint);
        core.multicast(checkpoint);
        makeStable();
    }

    void onCheckpoint(String from, Checkpoint checkpoint) {
        if (checkpoint.sequence() > core.ledger.stableSequence()) {
            checkpoints.onCheckpoint(from, checkpoint);
            makeStable();
        }
    }

    private void makeStable() {
        new TreeMap<>(held).forEach((sequence, header) -> {
            Checkpoint checkpoint = new Checkpoint(sequence, header.digest(sequence));
            if (checkpoints.isStable(checkpoint)) {
                advance(checkpoint, header);
            }
        });
    }

    /** h moves to {@code checkpoint}. */
    private void advance(Checkpoint checkpoint, StateHeader header) {
        long sequence = checkpoint.sequence();
        held.headMap(sequence, true).clear();
        core.record(List.of(core.ledger.stableAt(sequence, checkpoint.digest(), header)), () -> {
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
        boolean isStuck = proved.isPresent() && core.now() - stuckSince > patienceTicks;
        if (isFar || isStuck) {
            fetch(proved.get(), false);
        } else {
            diverged().ifPresent(right -> fetch(right, true));
        }
    }

    /** A checkpoint that others are proved to have with another digest than this replica has. */
    private Optional<Checkpoint> diverged() {
        return checkpoints
                .latestProved(core.ledger.stableSequence())
                .filter(proved -> held.containsKey(proved.sequence())
                        && !held.get(proved.sequence())
                                .digest(proved.sequence())
                                .equals(proved.digest()));
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
            held.remove(target.sequence());
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
        core.requests.forgetAll(core.now());
        Checkpoint checkpoint = new Checkpoint(sequence, header.digest(sequence));
        checkpoints.onCheckpoint(core.node, checkpoint);
        core.multicast(checkpoint);
        if (sequence > core.ledger.stableSequence()) {
            advance(checkpoint, header);
        }
    }

    /** Says again which states are here, to one who is behind. */
    void sayAgain(String to, long executed) {
        core.ledger
                .stable()
                .filter(stable -> stable.sequence() > executed)
                .ifPresent(stable -> core.send(to, new Checkpoint(stable.sequence(), stable.digest())));
    }

    /** And to one whose checkpoint is not stable yet. */
    void sayHeld(String to, long stable) {
        held().stream().filter(one -> one.sequence() > stable).forEach(one -> core.send(to, one));
    }
}
