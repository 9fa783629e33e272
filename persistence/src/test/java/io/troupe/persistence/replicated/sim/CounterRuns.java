package io.troupe.persistence.replicated.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.troupe.persistence.replicated.sim.CounterNode.Deployment;
import io.troupe.sim.Fault;
import io.troupe.sim.cluster.ClusterNode;
import io.troupe.sim.cluster.ClusterSimulation;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Runs of a counter on the replicated journal, under every fault that there is. */
final class CounterRuns {

    static final String CONFIG =
            """
            troupe.persistence.replicated { host = provided, timeout = 5s, page-size = 1 KiB }
            troupe.raft { journal = "troupe.sim.journal", snapshot-entries = 12, retained-entries = 4 }
            pekko.cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
            pekko.cluster.split-brain-resolver { active-strategy = keep-majority, stable-after = 5s }
            pekko.remote.artery.advanced.maximum-frame-size = 4 MiB
            pekko.loglevel = ERROR
            pekko.stdout-loglevel = OFF
            pekko.actor {
              allow-java-serialization = on
              warn-about-java-serializer-usage = off
              serialization-bindings { "io.troupe.persistence.replicated.sim.MovingCounter$Increment" = java }
            }
            """;

    private CounterRuns() {}

    /** A cluster singleton that moves. */
    static final class Singleton implements Consumer<ClusterSimulation> {
        @Override
        public void accept(ClusterSimulation sim) {
            run(sim, Deployment.SINGLETON, new Ledger(), ofMillis(700));
        }
    }

    /** The same persistent actor on every node at once. */
    static final class Everywhere implements Consumer<ClusterSimulation> {
        @Override
        public void accept(ClusterSimulation sim) {
            run(sim, Deployment.EVERYWHERE, new Ledger(), ofMillis(300));
        }
    }

    static void run(ClusterSimulation sim, Deployment deployment, Ledger ledger, Duration pause) {
        int count = sim.random("story").nextBoolean() ? 3 : 5;
        List<String> names =
                IntStream.rangeClosed(1, count).mapToObj(n -> "n" + n).toList();
        var counters = new CounterNode(sim, deployment, names, ledger, pause);
        List<ClusterNode<Object>> nodes = sim.nodes(count, counters::create);
        sim.runUntil(() -> nodes.stream().allMatch(node -> node.membersUp().size() == count), ofSeconds(60));
        sim.afterEveryStep("one history, whole", ledger::check);
        sim.onNodeEnd(node -> sim.after(ofSeconds(3), () -> restart(node)));
        sim.nemesis(
                ofSeconds(40),
                ofSeconds(4),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.slowLinks(ofMillis(300)),
                Fault.slowDisks(ofMillis(100)),
                Fault.clockDrift(0.1));
        sim.runFor(ofSeconds(40));
        int before = ledger.count();
        sim.runUntil(() -> ledger.count() > before + 2, ofSeconds(90));
        int recoveries = ledger.recoveries();
        // It may have ended of itself, and be about to come back.
        sim.runUntil(() -> sim.node("n1").isUp(), ofSeconds(10));
        sim.node("n1").crash();
        sim.after(ofSeconds(1), () -> restart(sim.node("n1")));
        sim.runUntil(() -> ledger.count() > before + 4, ofSeconds(90));
        if (deployment == Deployment.SINGLETON && recoveries > 1) {
            sim.reached("a counter that moved");
        }
    }

    private static void restart(ClusterNode<?> node) {
        if (!node.isUp()) {
            node.restart();
        }
    }
}
