package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.OpenShared;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.wire.WireBytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
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

    /**
     * @param value that was chosen with the batch; null requests have none, nor has what is for another kind of service
     * @param requests of the batch, in its order; those that are no requests were left out, the same everywhere
     * @param bytes of the batch
     */
    record Execute(long sequence, Optional<ByteString> value, List<Request> requests, long bytes) implements Command {}

    /** Reads for a client that compares what replicas answer (§5.1). */
    record Read(String client, RequestId id, List<ByteString> queries) implements Command {}

    /** A read of this replica's state, however old. */
    record ReadHere(Replica.Query query) implements Command {}

    /** Puts a checkpoint's state, which is in the storage, in the place of this one. */
    record Restore(long sequence, StateHeader header) implements Command {}

    sealed interface Event extends Replica.Message permits Executed, ReadDone, Restored {}

    /**
     * What a request came to.
     *
     * @param operations that it had
     * @param results the bytes of their {@link Results}
     */
    record Outcome(RequestId id, int operations, ByteString results) {}

    /**
     * @param operations executed from the beginning through this batch
     * @param again requests that had been executed before, and were not again
     * @param frozen the state behind it, when it is a checkpoint's
     */
    record Executed(
            long sequence,
            long operations,
            List<Outcome> outcomes,
            List<RequestId> again,
            Optional<StateMachine.State> frozen)
            implements Event {}

    record ReadDone(String client, RequestId id, long index, Results results) implements Event {}

    /** @param replies that the state knows of */
    record Restored(long sequence, StateHeader header, List<Outcome> replies) implements Event {}

    /** Begins a state with replies and what they are to; one of the first version has the service's own format, which is positive. */
    private static final int STATE_FORMAT = -2;

    /** Of the second version: with replies alone. */
    private static final int STATE_FORMAT_WITH_REPLIES = -1;

    private final String group;
    private final ReplicatedService service;
    private final Optional<NonDeterminism> nonDeterminism;
    private final RecentReplies replies = new RecentReplies();
    private final ExecutedRequests executed = new ExecutedRequests();
    private final WireBytes bytes;
    private final SnapshotStorage storage;
    private final int checkpointInterval;
    private final long checkpointBytes;
    private final ActorRef<? super Event> replica;
    /** Executed from the beginning; each operation's number among them is its index. */
    private long operations;
    /** Of the batches executed since the last checkpoint. */
    private long bytesSinceCheckpoint;

    /**
     * @param checkpointInterval K: the state is frozen behind each so many sequence numbers
     * @param checkpointBytes and when the batches since then have so many bytes
     */
    static Behavior<Command> create(
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            int checkpointInterval,
            long checkpointBytes,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context ->
                new Executor(context, group, machine, storage, checkpointInterval, checkpointBytes, replica));
    }

    private Executor(
            ActorContext<Command> context,
            String group,
            StateMachine machine,
            SnapshotStorage storage,
            int checkpointInterval,
            long checkpointBytes,
            ActorRef<? super Event> replica) {
        super(context);
        this.group = group;
        this.service = new ReplicatedService(machine);
        this.nonDeterminism = machine instanceof NonDeterminism chooses ? Optional.of(chooses) : Optional.empty();
        this.storage = storage;
        this.checkpointInterval = checkpointInterval;
        this.checkpointBytes = checkpointBytes;
        this.replica = replica;
        this.bytes = WireBytes.of(context.getSystem());
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
        List<RequestId> again = new ArrayList<>();
        nonDeterminism.ifPresent(machine -> execute.value().ifPresent(machine::onChosen));
        for (Request request : execute.requests()) {
            if (executed.add(request.id())) {
                Outcome outcome = execute(request);
                replies.keep(outcome);
                outcomes.add(outcome);
            } else {
                again.add(request.id());
            }
        }
        bytesSinceCheckpoint += execute.bytes();
        Optional<StateMachine.State> frozen =
                isCheckpoint(execute.sequence()) ? Optional.of(freeze()) : Optional.empty();
        frozen.ifPresent(state -> bytesSinceCheckpoint = 0);
        replica.tell(new Executed(execute.sequence(), operations, outcomes, again, frozen));
        return this;
    }

    private Outcome execute(Request request) {
        List<Replica.Reply> results = new ArrayList<>(request.operations().size());
        for (PbftMessage.Command operation : request.operations()) {
            results.add(apply(++operations, operation, request.id().client()));
        }
        return new Outcome(request.id(), results.size(), bytes.write(new Results(results)));
    }

    private StateMachine.State freeze() {
        List<Outcome> recent = replies.all();
        byte[] before = executed.toBytes();
        StateMachine.State state = service.freeze();
        return out -> {
            DataOutputStream header = new DataOutputStream(new BufferedOutputStream(out));
            header.writeInt(STATE_FORMAT);
            RecentReplies.write(recent, header);
            header.write(before);
            header.flush();
            state.writeTo(out);
        };
    }

    /** The same at every replica: a state that was restored is a checkpoint's. */
    private boolean isCheckpoint(long sequence) {
        return sequence % checkpointInterval == 0 || bytesSinceCheckpoint >= checkpointBytes;
    }

    private Replica.Reply apply(long index, PbftMessage.Command operation, String client) {
        return operation instanceof OrderedRead read
                ? new Replica.Answered(0, index, service.query(read.query()))
                : service.apply(index, operation, operation instanceof OpenShared ? Sessions.ANYBODY : client);
    }

    private Behavior<Command> onRead(Read read) {
        List<Replica.Reply> answers = new ArrayList<>(read.queries().size());
        for (ByteString query : read.queries()) {
            answers.add(new Replica.Answered(0, operations, service.query(query)));
        }
        replica.tell(new ReadDone(read.client(), read.id(), operations, new Results(answers)));
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
            restoreRequests(in);
            service.restore(in);
        }
        operations = index;
        bytesSinceCheckpoint = 0;
        replica.tell(new Restored(restore.sequence(), restore.header(), replies.all()));
        return this;
    }

    private void restoreRequests(InputStream in) throws IOException {
        replies.clear();
        executed.clear();
        DataInputStream header = new DataInputStream(in);
        in.mark(Integer.BYTES);
        int format = header.readInt();
        if (format > 0) {
            in.reset();
            return;
        }
        if (format < STATE_FORMAT) {
            throw new IOException(
                    "The state has format " + format + "; this version reads " + STATE_FORMAT + " and those before");
        }
        replies.readFrom(header);
        if (format != STATE_FORMAT_WITH_REPLIES) {
            executed.readFrom(header);
        }
    }
}
