package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * Owns the service: executes batches in order, reads, and freezes the state at every checkpoint. An exception of the state
 * machine stops it, and the replica with it.
 */
final class Executor extends AbstractBehavior<Executor.Command> {

    sealed interface Command permits Execute, Read, ReadHere, Restore {}

    /** @param requests of the batch, in its order; those that are no requests were left out, the same everywhere */
    record Execute(long sequence, List<Request> requests) implements Command {}

    /** A read for a client that compares what replicas answer (§5.1). */
    record Read(String client, RequestId id, ByteString query) implements Command {}

    /** A read of this replica's state, however old. */
    record ReadHere(Replica.Query query) implements Command {}

    /** Puts a checkpoint's state, which is in the storage, in the place of this one. */
    record Restore(long sequence, StateHeader header) implements Command {}

    sealed interface Event extends Replica.Message permits Executed, ReadDone, Restored {}

    /** What a request came to. */
    record Outcome(RequestId id, Replica.Reply reply) {}

    /**
     * @param operations executed from the beginning through this batch
     * @param frozen the state behind it, when it is a checkpoint's
     */
    record Executed(long sequence, long operations, List<Outcome> outcomes, Optional<StateMachine.State> frozen)
            implements Event {}

    record ReadDone(String client, RequestId id, long index, ByteString result) implements Event {}

    record Restored(long sequence, StateHeader header) implements Event {}

    private final String group;
    private final ReplicatedService service;
    private final SnapshotStorage storage;
    private final int checkpointInterval;
    private final ActorRef<? super Event> replica;
    /** Executed from the beginning; each operation's number among them is its index. */
    private long operations;

    /** @param checkpointInterval K: the state is frozen behind each so many sequence numbers */
    static Behavior<Command> create(
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            int checkpointInterval,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> new Executor(context, group, machine, storage, checkpointInterval, replica));
    }

    private Executor(
            ActorContext<Command> context,
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            int checkpointInterval,
            ActorRef<? super Event> replica) {
        super(context);
        this.group = group;
        this.service = new ReplicatedService(machine);
        this.storage = storage;
        this.checkpointInterval = checkpointInterval;
        this.replica = replica;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Execute.class, this::onExecute)
                .onMessage(Read.class, this::onRead)
                .onMessage(ReadHere.class, this::onReadHere)
                .onMessage(Restore.class, this::onRestore)
                .build();
    }

    private Behavior<Command> onExecute(Execute execute) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Request request : execute.requests()) {
            outcomes.add(new Outcome(request.id(), apply(++operations, request)));
        }
        Optional<StateMachine.State> frozen =
                execute.sequence() % checkpointInterval == 0 ? Optional.of(service.freeze()) : Optional.empty();
        replica.tell(new Executed(execute.sequence(), operations, outcomes, frozen));
        return this;
    }

    private Replica.Reply apply(long index, Request request) {
        return request.operation() instanceof OrderedRead read
                ? new Replica.Answered(0, index, service.query(read.query()))
                : service.apply(index, request.operation());
    }

    private Behavior<Command> onRead(Read read) {
        replica.tell(new ReadDone(read.client(), read.id(), operations, service.query(read.query())));
        return this;
    }

    private Behavior<Command> onReadHere(ReadHere read) {
        Replica.Query query = read.query();
        query.replyTo().tell(new Replica.Answered(query.id(), operations, service.query(query.query())));
        return this;
    }

    /** Reads storage in place: nothing else can be executed before. */
    private Behavior<Command> onRestore(Restore restore) throws IOException {
        long index = restore.header().operations();
        SnapshotStorage.Stored stored = storage.find(group, restore.sequence(), index)
                .orElseThrow(() -> new IOException("Group " + group + " needs the checkpoint at sequence number "
                        + restore.sequence() + ", but the snapshot storage does not have it. Restore its file, or"
                        + " remove this node's data of the group and let the replica fetch the state from the others"));
        try (InputStream in = new BufferedInputStream(storage.open(stored))) {
            service.restore(in);
        }
        operations = index;
        replica.tell(new Restored(restore.sequence(), restore.header()));
        return this;
    }
}
