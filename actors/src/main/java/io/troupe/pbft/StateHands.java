package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** How a replica's actors do what {@link StateTransfer} wants done. */
final class StateHands implements StateTransfer.Hands {

    private final ActorContext<Replica.Message> context;
    private final Core core;
    private final SnapshotStorage storage;
    private final ActorRef<? super Executor.Restore> executor;
    private final ActorRef<? super StateKeeper.Prune> keeper;
    private final Execution execution;
    private final Runnable windowMoved;
    private @Nullable ActorRef<StateFetcher.Command> fetcher;
    private long fetches;

    StateHands(
            ActorContext<Replica.Message> context,
            Core core,
            SnapshotStorage storage,
            ActorRef<? super Executor.Restore> executor,
            ActorRef<? super StateKeeper.Prune> keeper,
            Execution execution,
            Runnable windowMoved) {
        this.context = context;
        this.core = core;
        this.storage = storage;
        this.executor = executor;
        this.keeper = keeper;
        this.execution = execution;
        this.windowMoved = windowMoved;
    }

    /** How long who fetches a state waits for one answer. */
    static Duration patience(PbftSettings settings) {
        return settings.standingInterval().multipliedBy(2);
    }

    @Override
    public void fetch(Checkpoint target) {
        List<String> sources = new ArrayList<>(core.members.replicas());
        Collections.rotate(sources, -sources.indexOf(core.node));
        sources.remove(core.node);
        fetcher = context.spawn(
                StateFetcher.create(
                        core.group,
                        target,
                        sources,
                        own(),
                        storage,
                        core.settings.pageBytes(),
                        patience(core.settings),
                        context.getSelf().narrow()),
                "state-fetcher-" + target.sequence() + "-" + ++fetches,
                DispatcherSelector.fromConfig(core.settings.blockingDispatcher()));
        context.watchWith(fetcher, new StateFetcher.Failed(target.sequence())); // Also told when all went well.
    }

    /** The keeper leaves it alone, unless a later one becomes stable meanwhile: then the fetch fails, and is tried again. */
    private Optional<SnapshotStorage.Stored> own() {
        if (core.ledger.latestState().isEmpty()) {
            return Optional.empty();
        }
        Fact.CheckpointTaken latest = core.ledger.latestState().get();
        try {
            return storage.find(core.group, latest.sequence(), latest.header().operations());
        } catch (IOException e) {
            return Optional.empty(); // Then all of it is fetched.
        }
    }

    void told(String from, PbftMessage message) {
        if (fetcher != null) {
            fetcher.tell(new StateFetcher.Told(from, message));
        }
    }

    @Override
    public void restore(long sequence, StateHeader header) {
        execution.suspend();
        executor.tell(new Executor.Restore(sequence, header));
    }

    @Override
    public void prune(long sequence) {
        if (!execution.isSuspended()) { // Else the state that is awaited may be below; the next time it goes, too.
            keeper.tell(new StateKeeper.Prune(sequence));
        }
    }

    @Override
    public void windowMoved() {
        windowMoved.run();
    }
}
