package io.troupe.raft;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;

/** Raft, for the group host of a node. */
public final class RaftEngine implements Engine {

    public static final String NAME = "raft";

    private final RaftSettings settings;
    private final SnapshotStorage storage;
    private final LongSupplier nanoClock;
    private final long bornNanos;
    private final Inspector inspector;

    /**
     * To be made when a life of the node begins: that no leader was heard before is what a replica's first pledge and its
     * first election timeout are counted from.
     *
     * @param settings from {@link RaftSettings#from}
     * @param storage for the snapshots of all groups of this node
     * @param nanoClock of the node: monotonic, and goes on while the process is stopped; leases are judged by it
     */
    public RaftEngine(RaftSettings settings, SnapshotStorage storage, LongSupplier nanoClock) {
        this(settings, storage, nanoClock, Inspector.NOBODY);
    }

    RaftEngine(RaftSettings settings, SnapshotStorage storage, LongSupplier nanoClock, Inspector inspector) {
        this.settings = settings;
        this.storage = storage;
        this.nanoClock = nanoClock;
        this.bornNanos = nanoClock.getAsLong();
        this.inspector = inspector;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration electionTimeout() {
        return settings.electionTimeout();
    }

    @Override
    public boolean hasWitnesses() {
        return true;
    }

    @Override
    public Behavior<Replica.Message> replica(Seat seat) {
        return RaftReplica.create(new RaftReplica.Identity(seat, settings, storage, nanoClock, bornNanos, inspector));
    }
}
