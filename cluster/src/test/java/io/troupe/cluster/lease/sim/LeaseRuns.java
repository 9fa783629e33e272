package io.troupe.cluster.lease.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.troupe.cluster.lease.TimeToLive;
import io.troupe.sim.Fault;
import io.troupe.sim.FaultyNode;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.cluster.ClusterNode;
import io.troupe.sim.cluster.ClusterSimulation;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Runs of clusters whose leases are in a group of their own. */
final class LeaseRuns {

    private static final String COMMON =
            """
            troupe.sim.virtual-time-in = ["io.troupe.cluster.lease."]
            troupe.raft { journal = "troupe.sim.journal", snapshot-entries = 20, retained-entries = 4 }
            pekko.persistence.journal.plugin = "troupe.sim.journal"
            pekko.cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
            pekko.remote.artery.advanced.maximum-frame-size = 4 MiB
            pekko.loglevel = ERROR
            pekko.stdout-loglevel = OFF
            """;

    /** A lease that is short, so that it changes hands. */
    static final String CONTEST = COMMON
            + """
            pekko.cluster.split-brain-resolver { active-strategy = keep-majority, stable-after = 5s }
            troupe.coordination.lease { heartbeat-timeout = 4s, heartbeat-interval = 1s, lease-operation-timeout = 3s }
            """;

    /** Neither side waits: whoever gets the lease first lives. */
    static final String LEASE_MAJORITY = COMMON
            + """
            pekko.cluster.split-brain-resolver {
              active-strategy = lease-majority
              stable-after = 5s
              lease-majority {
                lease-implementation = "troupe.coordination.lease"
                acquire-lease-delay-for-minority = 0s
              }
            }
            """;

    private static final double DRIFT_MAX = 0.05;

    private LeaseRuns() {}

    /**
     * What the holder of the lease is sent takes up to so long to get there; and soon after, nothing leaves its node any more:
     * it holds the lease by the answer to a renewal of long ago.
     */
    private static Fault lateAnswers(ClusterSimulation sim, Tenures tenures, Duration latencyMax) {
        return (network, nodes, random) -> tenures.lastHolder().map(owner -> {
            String holder = owner.substring(0, owner.indexOf('/'));
            Duration latency = Duration.ofNanos(1 + random.nextLong(latencyMax.toNanos()));
            var late = NetworkConditions.good().withLatency(latency, latency);
            List<String> others = nodes.stream()
                    .map(FaultyNode::name)
                    .filter(name -> !name.equals(holder))
                    .toList();
            var isOver = new AtomicBoolean();
            others.forEach(other -> network.network(other, holder, late));
            sim.after(ofMillis(random.nextInt(2_000)), () -> {
                if (!isOver.get()) {
                    others.forEach(other -> network.cut(holder, other));
                }
            });
            return new Fault.Inflicted(
                    "what " + holder + " is sent takes " + latency + ", and nothing leaves it", () -> {
                        isOver.set(true);
                        others.forEach(other -> network.mend(holder, other));
                        others.forEach(other -> network.networkAsElsewhere(other, holder));
                    });
        });
    }

    private static List<String> names(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> "n" + n).toList();
    }

    private static void awaitFormed(ClusterSimulation sim, List<? extends ClusterNode<?>> nodes) {
        sim.runUntil(() -> nodes.stream().allMatch(node -> node.membersUp().size() == nodes.size()), ofSeconds(60));
    }

    private static void restart(ClusterNode<?> node) {
        if (!node.isUp()) {
            node.restart();
        }
    }

    /** All nodes contend for one lease under every fault; afterwards somebody gets it again. */
    static final class Contest implements Consumer<ClusterSimulation> {
        @Override
        public void accept(ClusterSimulation sim) {
            List<String> members = names(sim.random("story").nextBoolean() ? 3 : 5);
            var tenures = new Tenures();
            var timeToLive = new TimeToLive(sim::now, DRIFT_MAX);
            var contest = new LeaseNode(sim, members, timeToLive);
            List<ClusterNode<Object>> nodes = sim.nodes(members.size(), node -> contest.contending(node, tenures));
            awaitFormed(sim, nodes);
            sim.afterEveryStep("one holder at a time", tenures::check);
            sim.afterEveryStep("who renews it keeps it", timeToLive::check);
            sim.onNodeEnd(node -> sim.after(ofSeconds(3), () -> restart(node)));
            sim.nemesis(
                    ofSeconds(40),
                    ofSeconds(4),
                    Fault.partitions(),
                    Fault.crashes(),
                    Fault.pauses(),
                    Fault.slowLinks(ofMillis(500)),
                    Fault.slowDisks(ofMillis(200)),
                    Fault.clockDrift(DRIFT_MAX),
                    lateAnswers(sim, tenures, ofMillis(2_500)));
            sim.runFor(ofSeconds(40));
            int before = tenures.count();
            sim.runUntil(() -> tenures.count() > before + 1, ofSeconds(90));
            if (before > 3) {
                sim.reached("a lease that changed hands");
            }
        }
    }

    /** Five nodes fall apart, in one direction or both: the side with the majority of the group lives, and no other. */
    static final class Partition implements Consumer<ClusterSimulation> {
        @Override
        public void accept(ClusterSimulation sim) {
            List<String> members = names(5);
            var timeToLive = new TimeToLive(sim::now, 0);
            var hosting = new LeaseNode(sim, members, timeToLive);
            List<ClusterNode<Object>> nodes = sim.nodes(5, hosting::hosting);
            awaitFormed(sim, nodes);
            var random = sim.random("story");
            sim.runFor(ofMillis(random.nextInt(4_000)));
            var minority = new TreeSet<String>();
            while (minority.size() < 1 + random.nextInt(2)) {
                minority.add("n" + (1 + random.nextInt(5)));
            }
            var majority = new TreeSet<>(members);
            majority.removeAll(minority);
            cut(sim, minority, majority, random.nextInt(3));
            sim.runFor(ofSeconds(45));
            Set<String> alive = new TreeSet<>();
            nodes.stream().filter(ClusterNode::isUp).forEach(node -> alive.add(node.name()));
            if (!alive.equals(majority)) {
                throw new AssertionError("after a partition of " + minority + " from the others " + alive + " live");
            }
            sim.reached(minority.size() == 1 ? "one cut off" : "two cut off");
        }

        /** @param way 0: both directions, 1: what the minority sends, 2: what is sent to it */
        private static void cut(ClusterSimulation sim, Set<String> minority, Set<String> majority, int way) {
            for (String in : minority) {
                for (String out : majority) {
                    if (way != 2) {
                        sim.cut(in, out);
                    }
                    if (way != 1) {
                        sim.cut(out, in);
                    }
                }
            }
        }
    }
}
