package io.troupe.replication;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Owns the service of one replica, whatever engine orders its commands: applies what is decided in
 * order, answers the clients, and answers reads when the state has come to the index they need. An exception of the
 * state machine stops it, and the replica with it.
 */
public final class Applier extends AbstractBehavior<Applier.Command> {

    public sealed interface Command permits Apply, Ask, Freeze, Restore {}

    /**
     * A client that waits for the operation at {@code index}.
     *
     * @param via the replica through which it is answered; empty for a client of this one
     */
    public record Waiting(
            long index,
            long session,
            long serial,
            long sizeBytes,
            ActorRef<Replica.Reply> replyTo,
            Optional<ActorRef<Answers.Batch>> via) {

        /** A client of this replica. */
        public Waiting(long index, long session, long serial, long sizeBytes, ActorRef<Replica.Reply> replyTo) {
            this(index, session, serial, sizeBytes, replyTo, Optional.empty());
        }

        /** Answered by nobody in between. */
        Waiting direct() {
            return new Waiting(index, session, serial, sizeBytes, replyTo);
        }

        /** Whether its operation is applied is not for this replica to say any more. */
        public void abandon(String detail) {
            replyTo.tell(new Replica.Rejected(session, serial, Replica.Reason.OUTCOME_UNKNOWN, detail));
        }
    }

    /**
     * Applies what is decided.
     *
     * @param operations what was applied before may be among them; nothing may be missing
     * @param clients who wait for some of them, by index
     */
    public record Apply(Decided operations, List<Waiting> clients) implements Command {}

    /** Answers {@code queries} as soon as {@code index} is applied. */
    public record Ask(long index, List<Replica.Query> queries) implements Command {}

    /** Answered by {@link Frozen}: the state as of the last applied operation. */
    public enum Freeze implements Command {
        FREEZE
    }

    /** Replaces the state by the stored snapshot of this index and term; answered by {@link Restored}. */
    public record Restore(long index, long term) implements Command {}

    /** What the replica is told. */
    public sealed interface Event extends Replica.Message permits Applied, Frozen, Restored {}

    /** @param answered queries answered since the last report */
    public record Applied(long index, int answered) implements Event {}

    public record Frozen(long index, long term, StateMachine.State state) implements Event {}

    public record Restored(long index) implements Event {}

    private final String group;
    private final ReplicatedService service;
    private final SnapshotStorage storage;
    private final ActorRef<? super Event> replica;
    private final TreeMap<Long, List<Replica.Query>> queries = new TreeMap<>();
    private final Answers answers = new Answers();
    private long appliedIndex;
    private long appliedTerm;

    public static Behavior<Command> create(Engine.Seat seat, SnapshotStorage storage, ActorRef<? super Event> replica) {
        StateMachine machine = seat.factory().create(seat.group(), seat.node());
        return Behaviors.setup(context -> new Applier(context, seat.group(), machine, storage, replica));
    }

    private Applier(
            ActorContext<Command> context,
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            ActorRef<? super Event> replica) {
        super(context);
        this.group = group;
        this.service = new ReplicatedService(machine);
        this.storage = storage;
        this.replica = replica;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Apply.class, this::onApply)
                .onMessage(Ask.class, this::onAsk)
                .onMessageEquals(Freeze.FREEZE, this::onFreeze)
                .onMessage(Restore.class, this::onRestore)
                .build();
    }

    private Behavior<Command> onApply(Apply apply) {
        Deque<Waiting> clients = new ArrayDeque<>(apply.clients());
        apply.operations().inOrder((index, term, operation) -> {
            if (index <= appliedIndex) {
                return; // Covered by a snapshot that was installed meanwhile.
            }
            Replica.Reply reply = service.apply(index, operation);
            appliedIndex = index;
            appliedTerm = term;
            while (!clients.isEmpty() && clients.getFirst().index() <= index) {
                answers.add(clients.remove(), reply);
            }
        });
        answers.send();
        replica.tell(new Applied(appliedIndex, answerDue()));
        return this;
    }

    private Behavior<Command> onAsk(Ask ask) {
        queries.computeIfAbsent(ask.index(), index -> new ArrayList<>()).addAll(ask.queries());
        int answered = answerDue();
        if (answered > 0) {
            replica.tell(new Applied(appliedIndex, answered));
        }
        return this;
    }

    private int answerDue() {
        int answered = 0;
        while (!queries.isEmpty() && queries.firstKey() <= appliedIndex) {
            for (Replica.Query query : queries.pollFirstEntry().getValue()) {
                query.replyTo().tell(new Replica.Answered(query.id(), appliedIndex, service.query(query.query())));
                answered++;
            }
        }
        return answered;
    }

    private Behavior<Command> onFreeze() {
        replica.tell(new Frozen(appliedIndex, appliedTerm, service.freeze()));
        return this;
    }

    /** Reads storage in place: nothing else can be applied before, and a replica restores once in a long while. */
    private Behavior<Command> onRestore(Restore restore) throws IOException {
        SnapshotStorage.Stored snapshot = stored(restore.index(), restore.term());
        try (InputStream in = new BufferedInputStream(storage.open(snapshot))) {
            service.restore(in);
        }
        appliedIndex = restore.index();
        appliedTerm = restore.term();
        replica.tell(new Restored(appliedIndex));
        replica.tell(new Applied(appliedIndex, answerDue()));
        return this;
    }

    private SnapshotStorage.Stored stored(long index, long term) throws IOException {
        Optional<SnapshotStorage.Stored> snapshot = storage.find(group, index, term);
        if (snapshot.isEmpty()) {
            throw new IOException("The log of group " + group + " begins after index " + index + " of term " + term
                    + ", but the snapshot storage has no such snapshot; it has " + storage.list(group)
                    + ". Restore the snapshot's file, or remove this node's data and let it join anew");
        }
        return snapshot.get();
    }
}
