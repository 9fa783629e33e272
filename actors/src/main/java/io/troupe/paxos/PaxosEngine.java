package io.troupe.paxos;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.Behavior;

/** Multi-Paxos, for the group host of a node. */
public final class PaxosEngine implements Engine {

    public static final String NAME = "multi-paxos";

    private final PaxosSettings settings;
    private final SnapshotStorage storage;
    private final boolean hasLostData;
    private final LongSupplier nanoClock;
    private final Witness witness;
    private final UnaryOperator<String> journalIds;

    /**
     * @param settings from {@link PaxosSettings#from}
     * @param storage for the snapshots of all groups of this node
     * @param nanoClock monotonic, in nanoseconds, and going on while the node is paused: leases end by it
     */
    public PaxosEngine(PaxosSettings settings, SnapshotStorage storage, LongSupplier nanoClock) {
        this(settings, storage, false, nanoClock);
    }

    /**
     * @param hasLostData whether what this node had of its groups is lost, snapshots and all: where its journal is empty, it was not
     *     always so ({@link Rebuilding})
     */
    public PaxosEngine(PaxosSettings settings, SnapshotStorage storage, boolean hasLostData, LongSupplier nanoClock) {
        this(settings, storage, hasLostData, nanoClock, Witness.NOBODY, id -> id);
    }

    /** @param journalIds another id is another journal: so a test loses one */
    PaxosEngine(
            PaxosSettings settings,
            SnapshotStorage storage,
            boolean hasLostData,
            LongSupplier nanoClock,
            Witness witness,
            UnaryOperator<String> journalIds) {
        this.settings = settings;
        this.storage = storage;
        this.hasLostData = hasLostData;
        this.nanoClock = nanoClock;
        this.witness = witness;
        this.journalIds = journalIds;
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
        return PaxosReplica.create(new PaxosReplica.Identity(
                seat,
                journalIds.apply("paxos-" + seat.group() + "@" + seat.node()),
                settings,
                storage,
                hasLostData,
                nanoClock,
                witness));
    }
}
