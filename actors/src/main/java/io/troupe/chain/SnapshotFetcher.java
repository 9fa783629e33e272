package io.troupe.chain;

import io.troupe.chain.ChainMessage.Chunk;
import io.troupe.chain.ChainMessage.FetchChunk;
import io.troupe.chain.ChainMessage.Offer;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
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

/**
 * Fetches one snapshot from one replica (§3.3), a chunk at a time, each when the one before is written
 * here; stops when it is durable and checked, or when the other is silent or has it no more. Runs where blocking is
 * allowed.
 */
final class SnapshotFetcher extends AbstractBehavior<SnapshotFetcher.Command> {

    sealed interface Command permits Chunk, Again {}

    private enum Again implements Command {
        AGAIN
    }

    sealed interface Event extends Replica.Message permits Fetched, Failed {}

    /** The snapshot is in the storage. */
    record Fetched(Position snapshot) implements Event {}

    record Failed() implements Event {}

    private static final int SILENT_MAX = 4;

    private final String group;
    private final Offer offer;
    private final ActorRef<? super Event> replica;
    private final SnapshotStorage.Writer writer;
    private final CRC32C checksum = new CRC32C();
    private long length;
    private int silent;

    static Behavior<Command> create(
            SnapshotStorage storage, String group, Offer offer, Duration patience, ActorRef<? super Event> replica) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            try {
                return new SnapshotFetcher(context, timers, storage, group, offer, patience, replica);
            } catch (IOException e) {
                GroupLogging.of(context.getLog(), group)
                        .error("Snapshot {} of group {} cannot be stored", offer.snapshot(), group, e);
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
            Offer offer,
            Duration patience,
            ActorRef<? super Event> replica)
            throws IOException {
        super(context);
        this.group = group;
        this.offer = offer;
        this.replica = replica;
        this.writer =
                storage.create(group, offer.snapshot().index(), offer.snapshot().epoch());
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
        offer.from()
                .tell(new FetchChunk(
                        offer.snapshot(), length, getContext().getSelf().narrow()));
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
        } catch (IOException e) {
            GroupLogging.of(getContext().getLog(), group)
                    .error("Snapshot {} of group {} cannot be stored", offer.snapshot(), group, e);
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
        if (length < offer.length()) {
            fetch();
            return this;
        }
        if ((int) checksum.getValue() != offer.checksum()) {
            GroupLogging.of(getContext().getLog(), group)
                    .error("Snapshot {} of group {} arrived damaged", offer.snapshot(), group);
            return end(new Failed());
        }
        writer.commit();
        return end(new Fetched(offer.snapshot()));
    }

    private Behavior<Command> end(Event event) {
        replica.tell(event);
        return Behaviors.stopped();
    }
}
