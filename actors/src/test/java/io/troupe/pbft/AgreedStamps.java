package io.troupe.pbft;

import io.troupe.replication.Engine;
import io.troupe.replication.Replica;
import io.troupe.sim.NodeContext;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.Behavior;

/**
 * §4.6: the entries of correct replicas have the same times; these do not go back, and none is further ahead of the real one than a
 * correct replica lets pass.
 */
final class AgreedStamps {

    static final Duration BOUND = Duration.ofSeconds(1);
    /** By how much a correct replica's clock may be wrong. */
    static final Duration SKEW = Duration.ofMillis(200);

    private final Simulation sim;
    private final Instant begun = Instant.parse("2026-01-01T00:00:00Z"); // As every simulation does.
    private final TreeMap<Long, Instant> stamps = new TreeMap<>();
    private final TreeSet<Long> heldBack = new TreeSet<>();

    AgreedStamps(Simulation sim) {
        this.sim = sim;
    }

    /** Entries that were stamped. */
    int count() {
        return stamps.size();
    }

    /** Those whose primary had them earlier than the ones before them. */
    int heldBack() {
        return heldBack.size();
    }

    /** How long ago the last was stamped. */
    Duration sinceLast() {
        return Duration.between(stamps.lastEntry().getValue(), realTime());
    }

    private Instant realTime() {
        return begun.plus(sim.now());
    }

    private void checkTime(String node, long index, Instant stamp, Instant chosen) {
        if (stamp.isAfter(realTime().plus(BOUND).plus(SKEW))) {
            throw new AssertionError(node + " has entry " + index + " stamped " + stamp + ", and it is " + realTime());
        }
        if (chosen.isBefore(stamp)) {
            heldBack.add(index);
        }
    }

    private void check(String node, long index, Instant stamp) {
        Instant other = stamps.putIfAbsent(index, stamp);
        if (other != null && !other.equals(stamp)) {
            throw new AssertionError(
                    node + " has entry " + index + " stamped " + stamp + ", and another replica has " + other);
        }
        var before = stamps.lowerEntry(index);
        if (before != null && before.getValue().isAfter(stamp)) {
            throw new AssertionError(node + " has entry " + index + " stamped " + stamp + ", and " + before.getKey()
                    + " before it " + before.getValue());
        }
    }

    /**
     * @param engine of a group whose service becomes one with stamps
     * @param judged whether the node's replica is correct
     */
    Engine stamping(NodeContext node, Engine engine, boolean judged, PbftGroup group) {
        AgreedTime clock = new AgreedTime(node.wallClock(), BOUND);
        StampedEntries.Witness witness = new StampedEntries.Witness() {
            @Override
            public void onStamped(long index, Instant stamp, Instant chosen) {
                if (judged) {
                    group.clients.judge(() -> checkTime(node.name(), index, stamp, chosen));
                }
            }

            @Override
            public void onKept(long index, Instant stamp) {
                if (judged) {
                    group.clients.judge(() -> check(node.name(), index, stamp));
                }
            }
        };
        return new Engine() {
            @Override
            public String name() {
                return engine.name();
            }

            @Override
            public Duration electionTimeout() {
                return engine.electionTimeout();
            }

            @Override
            public Behavior<Replica.Message> replica(Seat seat) {
                return engine.replica(new Seat(
                        seat.group(),
                        seat.node(),
                        seat.members(),
                        (name, at) -> new StampedEntries(seat.factory().create(name, at), clock, witness),
                        seat.random(),
                        seat.directory(),
                        seat.hosted()));
            }
        };
    }
}
