package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.OpenShared;
import io.troupe.pbft.PbftMessage.OrderedRead;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.Operation;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.Sessions;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.wire.WireBytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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

    sealed interface Command permits Execute, Settle, GoBack, Read, ReadHere, Restore {}

    /**
     * @param value that was chosen with the batch; null requests have none, nor has what is for another kind of service
     * @param requests of the batch, in its order; those that are no requests were left out, the same everywhere
     * @param bytes of the batch
     * @param isTentative whether it has not committed; then the next command but reads is {@link Settle}, or brings another state
     */
    record Execute(long sequence, Optional<ByteString> value, List<Request> requests, long bytes, boolean isTentative)
            implements Command {}

    /** What was executed tentatively, with that number, has committed. */
    record Settle(long sequence) implements Command {}

    /**
     * What was executed tentatively is taken back: to where the latest checkpoint was. Answered by {@link GoneBack}.
     *
     * @param checkpoint empty for the beginning
     */
    record GoBack(Optional<Fact.CheckpointTaken> checkpoint) implements Command {}

    /** Reads for a client that compares what replicas answer (§5.1). */
    record Read(String client, RequestId id, List<ByteString> queries) implements Command {}

    /** A read of this replica's state, however old. */
    record ReadHere(Replica.Query query) implements Command {}

    /** Puts a checkpoint's state, which is in the storage, in the place of this one. */
    record Restore(long sequence, StateHeader header) implements Command {}

    sealed interface Event extends Replica.Message
            permits Executed, Frozen, GoneBack, ReadDone, ReadRefused, Restored {}

    /**
     * What a request came to.
     *
     * @param operations that it had
     * @param results the bytes of their {@link Results}
     */
    record Outcome(RequestId id, int operations, ByteString results) {}

    /** @param again requests that had been executed before, and were not again */
    record Executed(long sequence, List<Outcome> outcomes, List<RequestId> again, boolean isTentative)
            implements Event {}

    /**
     * The state behind what was executed last is a checkpoint's, and has committed.
     *
     * @param operations executed from the beginning through this batch
     */
    record Frozen(long sequence, long operations, StateMachine.State state) implements Event {}

    /** The state is the one behind that sequence number. */
    record GoneBack(long sequence) implements Event {}

    /** It was to be read from a state that is no more. */
    record ReadRefused(String client, RequestId id) implements Event {}

    record ReadDone(String client, RequestId id, long index, Results results) implements Event {}

    /** @param replies that the state knows of */
    record Restored(long sequence, StateHeader header, List<Outcome> replies) implements Event {}

    /** Begins a state with replies and what they are to; one of the first version has the service's own format, which is positive. */
    private static final int STATE_FORMAT = -2;

    /** Of the second version: with replies alone. */
    private static final int STATE_FORMAT_WITH_REPLIES = -1;

    /** Those that are one too many are refused, and ordered. */
    private static final int WAITING_READS_MAX = 1024;

    /**
     * When the results of a request have so many bytes, its other operations are not executed: they may be a thousand, each with
     * a result as large as the state. Part of the replicated state's definition.
     */
    static final long RESULTS_BYTES_MAX = 4 << 20;

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
    /** Of a machine that can be wound back. */
    private final Optional<StateMachine.State> beginning;
    /** Whether the state reflects what has not committed. */
    private boolean isTentative;
    /** {@link Read}s and {@link ReadHere}s that came meanwhile. */
    private final Deque<Command> waitingReads = new ArrayDeque<>();
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
        this.beginning = machine.isRevocable() ? Optional.of(freeze()) : Optional.empty();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Execute.class, this::onExecute)
                .onMessage(Settle.class, this::onSettle)
                .onMessage(GoBack.class, this::onGoBack)
                .onMessage(Read.class, this::onRead)
                .onMessage(ReadHere.class, this::onRead)
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
        replica.tell(new Executed(execute.sequence(), outcomes, again, execute.isTentative()));
        isTentative = execute.isTentative();
        if (!isTentative) {
            checkpoint(execute.sequence());
        }
        return this;
    }

    private Behavior<Command> onSettle(Settle settle) {
        isTentative = false;
        checkpoint(settle.sequence());
        waitingReads.forEach(this::answer);
        waitingReads.clear();
        return this;
    }

    /** "Checkpoints" are of states that have committed (§5.1). */
    void checkpoint(long sequence) {
        if (isCheckpoint(sequence)) {
            bytesSinceCheckpoint = 0;
            replica.tell(new Frozen(sequence, operations, freeze()));
        }
    }

    private Outcome execute(Request request) {
        List<Replica.Reply> results = new ArrayList<>(request.operations().size());
        long size = 0;
        for (PbftMessage.Command operation : request.operations()) {
            Replica.Reply result = size < RESULTS_BYTES_MAX
                    ? apply(++operations, operation, request.id().client())
                    : notExecuted(operation);
            results.add(result);
            size += resultBytes(result);
        }
        return new Outcome(request.id(), results.size(), bytes.write(new Results(results)));
    }

    /** Whose request has results enough: the same at every replica. */
    private static Replica.Reply notExecuted(Operation operation) {
        long session = operation instanceof Operation.Command of ? of.session() : Replica.NO_SESSION;
        long serial = operation instanceof Operation.Command of ? of.serial() : 0;
        return new Replica.Rejected(
                session,
                serial,
                Replica.Reason.OVERLOADED,
                "what was asked for with it, and before it, has results of more than " + RESULTS_BYTES_MAX + " bytes");
    }

    private static int resultBytes(Replica.Reply reply) {
        if (reply instanceof Replica.Applied applied) {
            return applied.result().length();
        }
        return reply instanceof Replica.Answered answered ? answered.result().length() : 0;
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

    // -- reads

    /** "It sends the reply only after all requests reflected in the tentative state have committed" (§5.1). */
    private Behavior<Command> onRead(Command read) {
        if (!isTentative) {
            answer(read);
        } else if (waitingReads.size() < WAITING_READS_MAX) {
            waitingReads.add(read);
        } else {
            refuse(read);
        }
        return this;
    }

    private void answer(Command command) {
        if (command instanceof Read read) {
            read(read);
        } else if (command instanceof ReadHere here) {
            Replica.Query query = here.query();
            query.replyTo().tell(new Replica.Answered(query.id(), operations, service.query(query.query())));
        }
    }

    private void refuse(Command command) {
        if (command instanceof Read read) {
            replica.tell(new ReadRefused(read.client(), read.id()));
        } else if (command instanceof ReadHere here) {
            Rejections.reject(here.query(), Replica.Reason.OVERLOADED, "too many reads wait for a batch to commit");
        }
    }

    private void read(Read read) {
        List<Replica.Reply> answers = new ArrayList<>(read.queries().size());
        long size = 0;
        for (ByteString query : read.queries()) {
            Replica.Reply answer = size < RESULTS_BYTES_MAX
                    ? new Replica.Answered(0, operations, service.query(query))
                    : notExecuted(new OrderedRead(query));
            answers.add(answer);
            size += resultBytes(answer);
        }
        replica.tell(new ReadDone(read.client(), read.id(), operations, new Results(answers)));
    }

    // -- other states

    private Behavior<Command> onRestore(Restore restore) throws IOException {
        restore(restore.sequence(), restore.header());
        replica.tell(new Restored(restore.sequence(), restore.header(), replies.all()));
        return this;
    }

    private Behavior<Command> onGoBack(GoBack back) throws IOException {
        if (back.checkpoint().isPresent()) {
            Fact.CheckpointTaken checkpoint = back.checkpoint().get();
            restore(checkpoint.sequence(), checkpoint.header());
        } else {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            beginning.orElseThrow().writeTo(bytes);
            restore(new ByteArrayInputStream(bytes.toByteArray()), 0);
        }
        replica.tell(new GoneBack(
                back.checkpoint().map(Fact.CheckpointTaken::sequence).orElse(0L)));
        return this;
    }

    /** Reads storage in place: nothing else can be executed before. */
    private void restore(long sequence, StateHeader header) throws IOException {
        long index = header.operations();
        SnapshotStorage.Stored stored = storage.find(group, sequence, index)
                .orElseThrow(() -> new IOException("Group " + group + " needs the checkpoint at sequence number "
                        + sequence + ", but the snapshot storage does not have it. Restore its file, or"
                        + " remove this node's data of the group and let the replica fetch the state from the others"));
        try (InputStream in = new BufferedInputStream(storage.open(stored))) {
            restore(in, index);
        }
    }

    /** What waits to be read from the state before may be in none that follows; how old the state here is does not matter. */
    private void restore(InputStream in, long index) throws IOException {
        restoreRequests(in);
        service.restore(in);
        operations = index;
        bytesSinceCheckpoint = 0;
        isTentative = false;
        waitingReads.forEach(read -> {
            if (read instanceof Read) {
                refuse(read);
            } else {
                answer(read);
            }
        });
        waitingReads.clear();
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
