package io.troupe.sim.cluster;

import static java.time.Duration.ofSeconds;

import io.troupe.sim.Sent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/** Five stock nodes, and what the tests ask of them. */
final class TestCluster {

    private static final Set<String> ALL = Set.of("n1", "n2", "n3", "n4", "n5");

    private TestCluster() {}

    static String strategy(String name) {
        return """
                pekko.cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                pekko.cluster.split-brain-resolver { active-strategy = %s, stable-after = 7s }
                """
                .formatted(name);
    }

    /**
     * For stories in which a majority is connected all the time, and stays. Stock Pekko ends the whole cluster when what
     * is reachable goes on changing ({@code SplitBrainTest} shows it), and then nobody is left whom one could join.
     */
    static String majorityStays() {
        return strategy("keep-majority") + "pekko.cluster.split-brain-resolver.down-all-when-unstable = off\n";
    }

    /** For messages of the tests: those that implement {@link Sent} go by Java serialization. */
    static final String SERIALIZATION =
            """
            pekko.actor {
              allow-java-serialization = on
              warn-about-java-serializer-usage = off
              serialization-bindings { "io.troupe.sim.Sent" = java }
            }
            """;

    /** A guardian that joins the cluster and does nothing else. */
    static Behavior<Void> joining(ClusterNodeContext node) {
        return Behaviors.setup(context -> {
            join(node, context.getSystem());
            return Behaviors.empty();
        });
    }

    /** At its first start by way of n1, which joins itself; later by way of any other node, and never alone. */
    static void join(ClusterNodeContext node, ActorSystem<?> system) {
        var cluster = Cluster.get(system).manager();
        if (node.life() == 0) {
            cluster.tell(Join.create(address("n1")));
        } else {
            cluster.tell(new JoinSeedNodes(
                    others(node.name()).stream().map(TestCluster::address).toList()));
        }
    }

    private static Address address(String name) {
        return AddressFromURIString.parse("pekko://sim@" + name + ":25520");
    }

    static List<ClusterNode<Void>> formed(ClusterSimulation sim) {
        return formed(sim, 5);
    }

    static List<ClusterNode<Void>> formed(ClusterSimulation sim, int count) {
        var nodes = sim.nodes(count, TestCluster::joining);
        awaitFormed(sim, nodes);
        return nodes;
    }

    static void awaitFormed(ClusterSimulation sim, List<? extends ClusterNode<?>> nodes) {
        sim.runUntil(
                () -> nodes.stream().allMatch(node -> node.membersUp().size() == nodes.size()), Duration.ofSeconds(60));
    }

    /**
     * Parts one or two of five nodes from the others for a while, in one direction or both, and sometimes crashes one of
     * them; nodes that end or crash come back. The other three are a majority all the time. At the end everybody is a
     * member again.
     */
    static void trouble(ClusterSimulation sim, List<? extends ClusterNode<?>> nodes) {
        sim.onNodeEnd(node -> sim.after(ofSeconds(3), () -> restart(node)));
        var random = sim.random("trouble");
        sim.runFor(Duration.ofMillis(random.nextInt(2_000)));
        int first = random.nextInt(5);
        var side = new TreeSet<String>();
        side.add(nodes.get(first).name());
        if (random.nextBoolean()) {
            side.add(nodes.get((first + 1 + random.nextInt(4)) % 5).name());
        }
        SplitBrainTest.Way.values()[random.nextInt(3)].cut(sim, side);
        if (random.nextBoolean()) {
            sim.after(Duration.ofMillis(random.nextInt(15_000)), () -> {
                var victim = sim.node(side.first());
                if (victim.isUp()) {
                    victim.crash();
                    sim.after(ofSeconds(5), () -> restart(victim));
                }
            });
        }
        sim.runFor(Duration.ofMillis(2_000 + random.nextInt(28_000)));
        sim.heal();
        sim.runFor(ofSeconds(20));
        awaitFormed(sim, nodes);
    }

    static void restart(ClusterNode<?> node) {
        if (!node.isUp()) {
            node.restart();
        }
    }

    static Set<String> others(Set<String> these) {
        var rest = new TreeSet<>(ALL);
        rest.removeAll(these);
        return rest;
    }

    static Set<String> others(String... these) {
        return others(Set.of(these));
    }

    static Set<String> alive(ClusterSimulation sim) {
        var names = new TreeSet<String>();
        sim.nodes().stream().filter(ClusterNode::isUp).forEach(node -> names.add(node.name()));
        return names;
    }

    static final Duration DECIDED = ofSeconds(40);
}
