package io.troupe.replication;

import io.troupe.replication.SnapshotReader.FetchChunk;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The stored snapshots of one replica: each thing that is done with them is a child, which runs where blocking is allowed. */
public final class Snapshots {

    private final SnapshotStorage storage;
    private final String group;
    private final ActorContext<Replica.Message> context;
    private final DispatcherSelector dispatcher;

    /** @param dispatcher on which actors may block */
    public Snapshots(SnapshotStorage storage, String group, ActorContext<Replica.Message> context, String dispatcher) {
        this.storage = storage;
        this.group = group;
        this.context = context;
        this.dispatcher = DispatcherSelector.fromConfig(dispatcher);
    }

    /** The replica is told {@link SnapshotWriter.Event}. */
    void write(Applier.Frozen frozen) {
        spawn(SnapshotWriter.create(
                storage,
                group,
                frozen.index(),
                frozen.term(),
                frozen.state(),
                context.getSelf().narrow()));
    }

    void prune(long index) {
        spawn(SnapshotPruner.create(storage, group, index));
    }

    /** @param found called from another thread, and not at all when the snapshot is gone: tells somebody of it */
    public void find(long index, long term, Consumer<SnapshotStorage.Stored> found) {
        spawn(SnapshotReader.find(storage, group, index, term, found));
    }

    /** @param bytesMax of one chunk */
    public void read(FetchChunk fetch, long bytesMax) {
        spawn(SnapshotReader.read(storage, group, fetch, bytesMax));
    }

    /**
     * The replica is told {@link SnapshotFetcher.Event}.
     *
     * @param from who has it
     * @param patience with one who is silent
     */
    public void fetch(SnapshotFetcher.Offered offered, ActorRef<FetchChunk> from, Duration patience) {
        spawn(SnapshotFetcher.create(
                storage, group, offered, from, patience, context.getSelf().narrow()));
    }

    private <T> void spawn(Behavior<T> worker) {
        context.spawnAnonymous(worker, dispatcher);
    }
}
