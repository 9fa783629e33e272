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
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Owns the service of one replica, whatever engine orders its commands: applies what is decided in
 * order, answers the clients, and answers reads when the state has come to the index they need. What the state machine calls
 * quick is done in passing, anything else by a worker on its own dispatcher, while all that comes after it waits here: the
 * protocol, whose thread this is, goes on. An exception of the state machine stops it, and the replica with it.
 *
 * <p>Transitions: idle → working, with what may take long; working → idle, when that is done.
 */
public final class Applier extends AbstractBehavior<Applier.Command> {

    /** More are not done in passing, however quick each is: a replica that is behind gets many thousands at once. */
    private static final int QUICK_OPERATIONS_MAX = 1_000;

    public sealed interface Command permits Apply, Ask, Freeze, Restore, WorkDone {}

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

    private enum WorkDone implements Command {
        WORK_DONE
    }

    private record Asked(Replica.Query query, boolean quick) {}

    /** What is done with the service, by one thread or another. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

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
    private final DispatcherSelector applyDispatcher;
    private final Deque<Command> waiting = new ArrayDeque<>();
    private final TreeMap<Long, List<Asked>> queries = new TreeMap<>();
    private final Answers answers = new Answers();
    private Optional<ActorRef<Work>> worker = Optional.empty();
    private boolean working;
    /** Of {@link #queries}, those that may take long. */
    private int longQueries;

    private long appliedIndex;
    private long appliedTerm;

    /** @param applyDispatcher of what may take long */
    public static Behavior<Command> create(
            Engine.Seat seat, SnapshotStorage storage, String applyDispatcher, ActorRef<? super Event> replica) {
        StateMachine machine = seat.factory().create(seat.group(), seat.node());
        return Behaviors.setup(
                context -> new Applier(context, seat.group(), machine, storage, applyDispatcher, replica));
    }

    private Applier(
            ActorContext<Command> context,
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            String applyDispatcher,
            ActorRef<? super Event> replica) {
        super(context);
        this.group = group;
        this.service = new ReplicatedService(machine);
        this.storage = storage;
        this.applyDispatcher = DispatcherSelector.fromConfig(applyDispatcher);
        this.replica = replica;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(WorkDone.WORK_DONE, this::onWorkDone)
                .onMessage(Command.class, this::onCommand)
                .build();
    }

    private Behavior<Command> onCommand(Command command) throws IOException {
        if (working) {
            waiting.add(command);
        } else {
            perform(command);
        }
        return this;
    }

    /** What has waited is done one after the other, and others have their turn in between. */
    private Behavior<Command> onWorkDone() throws IOException {
        working = false;
        if (!waiting.isEmpty()) {
            perform(waiting.remove());
        }
        if (!working && !waiting.isEmpty()) {
            working = true;
            getContext().getSelf().tell(WorkDone.WORK_DONE);
        }
        return this;
    }

    private void perform(Command command) throws IOException {
        if (command instanceof Apply apply) {
            boolean quick = longQueries == 0 && areQuick(apply.operations());
            run(quick, () -> apply(apply));
        } else if (command instanceof Ask ask) {
            add(ask);
            run(longQueries == 0, this::tellAnswered);
        } else if (command instanceof Restore restore) {
            run(false, () -> restore(restore));
        } else {
            replica.tell(new Frozen(appliedIndex, appliedTerm, service.freeze()));
        }
    }

    private void run(boolean quick, Work work) throws IOException {
        if (quick) {
            work.run();
        } else {
            working = true;
            worker().tell(work);
        }
    }

    private ActorRef<Work> worker() {
        if (worker.isEmpty()) {
            ActorRef<Command> self = getContext().getSelf();
            Behavior<Work> behavior = Behaviors.receiveMessage(work -> {
                work.run();
                self.tell(WorkDone.WORK_DONE);
                return Behaviors.same();
            });
            ActorRef<Work> spawned = getContext().spawn(behavior, "worker", applyDispatcher);
            getContext().watch(spawned); // Its end is this actor's: nobody handles the signal.
            worker = Optional.of(spawned);
        }
        return worker.get();
    }

    private boolean areQuick(Decided operations) {
        var check = new QuickCheck();
        operations.inOrder(check);
        return check.room > 0;
    }

    /** Passed by operations that are few and quick. */
    private final class QuickCheck implements Decided.Visitor {
        private int room = QUICK_OPERATIONS_MAX;

        @Override
        public void visit(long index, long term, Operation operation) {
            if (room > 0) {
                room = service.appliesQuickly(operation) ? room - 1 : 0;
            }
        }
    }

    private void apply(Apply apply) {
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
    }

    private void add(Ask ask) {
        List<Asked> asked = queries.computeIfAbsent(ask.index(), index -> new ArrayList<>());
        for (Replica.Query query : ask.queries()) {
            boolean quick = service.answersQuickly(query.query());
            asked.add(new Asked(query, quick));
            longQueries += quick ? 0 : 1;
        }
    }

    private void tellAnswered() {
        int answered = answerDue();
        if (answered > 0) {
            replica.tell(new Applied(appliedIndex, answered));
        }
    }

    private int answerDue() {
        int answered = 0;
        while (!queries.isEmpty() && queries.firstKey() <= appliedIndex) {
            for (Asked asked : queries.pollFirstEntry().getValue()) {
                Replica.Query query = asked.query();
                longQueries -= asked.quick() ? 0 : 1;
                query.replyTo().tell(new Replica.Answered(query.id(), appliedIndex, service.query(query.query())));
                answered++;
            }
        }
        return answered;
    }

    /** Nothing else can be done before, and a replica restores once in a long while. */
    private void restore(Restore restore) throws IOException {
        SnapshotStorage.Stored snapshot = stored(restore.index(), restore.term());
        try (InputStream in = new BufferedInputStream(storage.open(snapshot))) {
            service.restore(in);
        }
        appliedIndex = restore.index();
        appliedTerm = restore.term();
        replica.tell(new Restored(appliedIndex));
        replica.tell(new Applied(appliedIndex, answerDue()));
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
