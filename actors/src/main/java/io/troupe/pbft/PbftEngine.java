package io.troupe.pbft;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;

/**
 * PBFT, for the group host of a node. A state machine that is a {@link NonDeterminism}, too, is given values that its
 * replicas agree on, such as the time.
 */
public final class PbftEngine implements Engine {

    public static final String NAME = "pbft";

    private final PbftSettings settings;
    private final SnapshotStorage storage;
    private final Keys keys;
    private final boolean hasLostData;
    private final LongSupplier nanoClock;
    private final Inspector inspector;

    /**
     * @param settings from {@link PbftSettings#from}
     * @param storage for the checkpoints of all groups of this node
     * @param keys of this node, and what it needs to believe the others
     * @param nanoClock of the node, monotonic
     */
    public PbftEngine(PbftSettings settings, SnapshotStorage storage, Keys keys, LongSupplier nanoClock) {
        this(settings, storage, keys, false, nanoClock);
    }

    /** @param hasLostData whether what this node had of its groups is lost: where its log is empty, it was not always so */
    public PbftEngine(
            PbftSettings settings, SnapshotStorage storage, Keys keys, boolean hasLostData, LongSupplier nanoClock) {
        this(settings, storage, keys, hasLostData, nanoClock, Inspector.NOBODY);
    }

    PbftEngine(
            PbftSettings settings,
            SnapshotStorage storage,
            Keys keys,
            boolean hasLostData,
            LongSupplier nanoClock,
            Inspector inspector) {
        this.settings = settings;
        this.storage = storage;
        this.keys = keys;
        this.hasLostData = hasLostData;
        this.nanoClock = nanoClock;
        this.inspector = inspector;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration electionTimeout() {
        return settings.viewChangeTimeout();
    }

    /** @throws IllegalArgumentException when there is no key for a member, or this node is none */
    @Override
    public Behavior<Replica.Message> replica(Seat seat) {
        Membership members = new Membership(seat.members());
        members.replicas().stream().filter(member -> !keys.knows(member)).forEach(member -> {
            throw new IllegalArgumentException("Group " + seat.group() + " has the member " + member
                    + ", for whom there is no key; add its public keys to troupe.pbft.keys of every node");
        });
        if (!members.contains(seat.node())) {
            throw new IllegalArgumentException("Group " + seat.group() + " has the members " + members.replicas()
                    + ", and " + seat.node() + " is none of them; the members of a PBFT group are fixed");
        }
        return PbftReplica.create(
                new PbftReplica.Identity(seat, members, settings, storage, keys, hasLostData, nanoClock, inspector));
    }
}
