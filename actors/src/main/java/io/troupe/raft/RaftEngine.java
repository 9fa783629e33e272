package io.troupe.raft;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;

/** Raft, for the group host of a node. */
public final class RaftEngine implements Engine {

    public static final String NAME = "raft";

    private final RaftSettings settings;
    private final SnapshotStorage storage;
    private final Inspector inspector;

    /**
     * @param settings from {@link RaftSettings#from}
     * @param storage for the snapshots of all groups of this node
     */
    public RaftEngine(RaftSettings settings, SnapshotStorage storage) {
        this(settings, storage, Inspector.NOBODY);
    }

    RaftEngine(RaftSettings settings, SnapshotStorage storage, Inspector inspector) {
        this.settings = settings;
        this.storage = storage;
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
    public Behavior<Replica.Message> replica(Seat seat) {
        var identity = new RaftReplica.Identity(
                seat.group(), seat.node(), settings, storage, seat.random(), seat.directory(), inspector);
        return RaftReplica.create(identity, seat.members(), seat.factory(), seat.hosted());
    }
}
