package io.troupe.replication;

import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.wire.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.zip.CRC32C;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.util.ByteString;

/**
 * Fetches one snapshot from another replica (Paxos Made Live, §5.5), a chunk at a time, each when the one before is written
 * here; stops when it is durable and checked, or when the other is silent or has it no more. Runs where blocking is
 * allowed.
 */
public final class SnapshotFetcher extends AbstractBehavior<SnapshotFetcher.Command> {

    public sealed interface Command permits Chunk, Again {}

    /** A piece of a snapshot; empty at an offset inside it when the snapshot cannot be read. */
    public record Chunk(long index, long term, long offset, ByteString data) implements Wire, Command {}

    private enum Again implements Command {
        AGAIN
    }

    /** What the replica is told. */
    public sealed interface Event extends Replica.Message permits Fetched, Failed {}

    /** The snapshot is in the storage. */
    public record Fetched(long index, long term) implements Event {}

    public record Failed() implements Event {}

    /**
     * A snapshot that another replica has.
     *
     * @param length in bytes
     * @param checksum CRC-32C of all bytes
     */
    public record Offered(long index, long term, long length, int checksum) {}

    private static final int SILENT_MAX = 4;

    private final String group;
    private final Offered offered;
    private final ActorRef<FetchChunk> from;
    private final ActorRef<? super Event> replica;
    private final SnapshotStorage.Writer writer;
    private final CRC32C checksum = new CRC32C();
    private long length;
    private int silent;

    static Behavior<Command> create(
            SnapshotStorage storage,
            String group,
            Offered offered,
            ActorRef<FetchChunk> from,
            Duration patience,
            ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            try {
                return new SnapshotFetcher(context, timers, storage, group, offered, from, patience, replica);
            } catch (IOException | RuntimeException e) {
                GroupLogging.of(context.getLog(), group)
                        .error("Snapshot at {} of group {} cannot be stored", offered.index(), group, e);
                replica.tell(new Failed());
                return Behaviors.stopped();
            }
        }));
    }

    private SnapshotFetcher(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            SnapshotStorage storage,
            String group,
            Offered offered,
            ActorRef<FetchChunk> from,
            Duration patience,
            ActorRef<? super Event> replica)
            throws IOException {
        super(context);
        this.group = group;
        this.offered = offered;
        this.from = from;
        this.replica = replica;
        this.writer = storage.create(group, offered.index(), offered.term());
        timers.startTimerWithFixedDelay(Again.AGAIN, patience.dividedBy(SILENT_MAX));
        fetch();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Chunk.class, this::onChunk)
                .onMessageEquals(Again.AGAIN, this::onAgain)
                .onSignal(PostStop.class, ignored -> {
                    writer.close();
                    return this;
                })
                .build();
    }

    private void fetch() {
        from.tell(new FetchChunk(
                offered.index(), offered.term(), length, getContext().getSelf().narrow()));
    }

    private Behavior<Command> onAgain() {
        if (++silent > SILENT_MAX) {
            return end(new Failed());
        }
        fetch();
        return this;
    }

    private Behavior<Command> onChunk(Chunk chunk) {
        if (chunk.offset() != length) {
            return this; // One that came twice.
        }
        silent = 0;
        try {
            return take(chunk);
        } catch (IOException | RuntimeException e) {
            GroupLogging.of(getContext().getLog(), group)
                    .error("Snapshot at {} of group {} cannot be stored", offered.index(), group, e);
            return end(new Failed());
        }
    }

    private Behavior<Command> take(Chunk chunk) throws IOException {
        byte[] bytes = chunk.data().toArrayUnsafe();
        if (bytes.length == 0) {
            return end(new Failed());
        }
        writer.out().write(bytes);
        checksum.update(bytes, 0, bytes.length);
        length += bytes.length;
        if (length < offered.length()) {
            fetch();
            return this;
        }
        if ((int) checksum.getValue() != offered.checksum()) {
            GroupLogging.of(getContext().getLog(), group)
                    .error("Snapshot at {} of group {} arrived damaged", offered.index(), group);
            return end(new Failed());
        }
        writer.commit();
        return end(new Fetched(offered.index(), offered.term()));
    }

    private Behavior<Command> end(Event event) {
        replica.tell(event);
        return Behaviors.stopped();
    }
}
