package io.troupe.chain;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;

/** Chain replication, or primary-backup, for the group host of a node. */
public final class ChainEngine implements Engine {

    public static final String NAME = "chain";

    private final ChainSettings settings;
    private final SnapshotStorage storage;
    private final Engine masterEngine;
    private final boolean hasLostData;
    private final LongSupplier nanoClock;
    private final Witness witness;

    /**
     * @param settings from {@link ChainSettings#from}
     * @param storage for the snapshots of all groups of this node
     * @param masterEngine of the groups that hold the masters; its election timeout should be below the failure timeout
     * @param nanoClock monotonic, in nanoseconds, and going on while the node is paused: leases end by it
     */
    public ChainEngine(ChainSettings settings, SnapshotStorage storage, Engine masterEngine, LongSupplier nanoClock) {
        this(settings, storage, masterEngine, false, nanoClock);
    }

    /** @param hasLostData whether what this node had of its groups is lost: where its log is empty, it was not always so */
    public ChainEngine(
            ChainSettings settings,
            SnapshotStorage storage,
            Engine masterEngine,
            boolean hasLostData,
            LongSupplier nanoClock) {
        this(settings, storage, masterEngine, hasLostData, nanoClock, Witness.NOBODY);
    }

    ChainEngine(
            ChainSettings settings,
            SnapshotStorage storage,
            Engine masterEngine,
            boolean hasLostData,
            LongSupplier nanoClock,
            Witness witness) {
        this.settings = settings;
        this.storage = storage;
        this.masterEngine = masterEngine;
        this.hasLostData = hasLostData;
        this.nanoClock = nanoClock;
        this.witness = witness;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration electionTimeout() {
        return settings.failureTimeout().compareTo(masterEngine.electionTimeout()) > 0
                ? settings.failureTimeout()
                : masterEngine.electionTimeout();
    }

    @Override
    public Behavior<Replica.Message> replica(Seat seat) {
        return ChainReplica.create(
                new ChainReplica.Identity(seat, masterEngine, settings, storage, hasLostData, nanoClock, witness));
    }
}
