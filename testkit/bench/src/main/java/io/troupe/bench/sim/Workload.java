package io.troupe.bench.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Fault;
import io.troupe.sim.SimulatedRun;
import io.troupe.sim.Stage;
import io.troupe.sim.cluster.ClusterNode;
import io.troupe.sim.cluster.ClusterStage;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/** What is simulated: a stage, opened once, that runs one seed after another. */
sealed interface Workload extends AutoCloseable {

    String stage();

    /** A run with its nodes started, and what happens to them planned; closed by the caller. */
    SimulatedRun<?> begin(long seed, int nodes, boolean faults, Duration length);

    @Override
    void close();

    private static Fault[] allFaults() {
        return new Fault[] {
            Fault.partitions(),
            Fault.crashes(),
            Fault.stops(),
            Fault.pauses(),
            Fault.clockDrift(0.2),
            Fault.badNetwork(0.2, ofMillis(100)),
            Fault.slowLinks(ofMillis(200)),
            Fault.slowDisks(ofMillis(100))
        };
    }

    private static List<String> names(int nodes) {
        return IntStream.rangeClosed(1, nodes).mapToObj(number -> "n" + number).toList();
    }

    /** {@link Chatter} on every node. */
    final class Protocol implements Workload {

        private static final Config CONFIG = ConfigFactory.parseString(
                """
                pekko.loglevel = OFF
                pekko.stdout-loglevel = OFF
                pekko.actor {
                  allow-java-serialization = on
                  warn-about-java-serializer-usage = off
                  serialization-bindings { "java.io.Serializable" = java }
                }
                """);

        private final Stage stage = Stage.open(CONFIG);

        @Override
        public String stage() {
            return "protocol";
        }

        @Override
        public SimulatedRun<?> begin(long seed, int nodes, boolean faults, Duration length) {
            var sim = stage.simulate(seed);
            sim.nodes(nodes, node -> Chatter.create(node, names(nodes)));
            if (faults) {
                sim.nemesis(length, ofSeconds(1), allFaults());
            }
            return sim;
        }

        @Override
        public void close() {
            stage.close();
        }
    }

    /** Stock Pekko Cluster with its split-brain resolver and nothing above; nodes that were downed come back. */
    final class StockCluster implements Workload {

        private static final Config CONFIG = ConfigFactory.parseString(
                """
                pekko.loglevel = OFF
                pekko.stdout-loglevel = OFF
                pekko.cluster.downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                """);

        private final ClusterStage stage = ClusterStage.open(CONFIG);

        @Override
        public String stage() {
            return "cluster";
        }

        @Override
        public SimulatedRun<?> begin(long seed, int nodes, boolean faults, Duration length) {
            var sim = stage.simulate(seed);
            var seeds = names(nodes).stream()
                    .map(name -> AddressFromURIString.parse("pekko://sim@" + name + ":25520"))
                    .toList();
            sim.nodes(
                    nodes,
                    node -> Behaviors.<Void>setup(context -> {
                        Cluster.get(context.getSystem()).manager().tell(new JoinSeedNodes(seeds));
                        return Behaviors.empty();
                    }));
            sim.onNodeEnd(node -> sim.after(ofSeconds(3), () -> restart(node)));
            if (faults) {
                sim.nemesis(length, ofSeconds(1), allFaults());
            }
            return sim;
        }

        private static void restart(ClusterNode<?> node) {
            if (!node.isUp()) {
                node.restart();
            }
        }

        @Override
        public void close() {
            stage.close();
        }
    }
}
