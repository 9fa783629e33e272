package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.junit.jupiter.api.Test;

/** Stock Pekko Cluster, from its first handshake to a split that its own resolver decides. */
class FormationTest {

    @Test
    void fiveNodesFormOneClusterByTheirSeedNodes() {
        var seeds = List.of(
                AddressFromURIString.parse("pekko://sim@n1:25520"), AddressFromURIString.parse("pekko://sim@n2:25520"));
        try (var stage = ClusterStage.open("");
                var sim = stage.simulate(1)) {
            var nodes = sim.nodes(
                    5,
                    node -> Behaviors.setup(context -> {
                        Cluster.get(context.getSystem()).manager().tell(new JoinSeedNodes(seeds));
                        return Behaviors.empty();
                    }));
            TestCluster.awaitFormed(sim, nodes);
            assertThat(sim.now()).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aPartitionIsDecidedOnBothSides() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"))) {
            for (int seed = 0; seed < 10; seed++) {
                try (var sim = stage.simulate(seed)) {
                    TestCluster.formed(sim);
                    sim.partition(Set.of("n1", "n2"), TestCluster.others("n1", "n2"));
                    sim.runFor(TestCluster.DECIDED);
                    assertThat(TestCluster.alive(sim)).containsExactly("n3", "n4", "n5");
                }
            }
        }
    }

    /** What a node compares is worked out once: of its own configuration, and not of another's. */
    @Test
    void aNodeThatIsConfiguredOtherwiseIsNotLetIn() {
        try (var stage = ClusterStage.open("");
                var sim = stage.simulate(1)) {
            var first = sim.node("n1", joining("n1"));
            var second = sim.node("n2", joining("n1"));
            TestCluster.awaitFormed(sim, List.of(first, second));
            var otherwise = ConfigFactory.parseString(
                    "pekko.cluster.downing-provider-class = org.apache.pekko.cluster.sbr.SplitBrainResolverProvider");
            var stranger = sim.node("n3", otherwise, joining("n1"));
            var third = sim.node("n4", joining("n2"));
            sim.runFor(Duration.ofSeconds(30));

            assertThat(stranger.isUp()).as("it has ended").isFalse();
            assertThat(first.membersUp()).containsExactlyInAnyOrder("n1", "n2", "n4");
            assertThat(third.membersUp()).containsExactlyInAnyOrder("n1", "n2", "n4");
        }
    }

    private static Function<ClusterNodeContext, Behavior<Object>> joining(String seed) {
        var seeds = List.of(AddressFromURIString.parse("pekko://sim@" + seed + ":25520"));
        return node -> Behaviors.setup(context -> {
            Cluster.get(context.getSystem()).manager().tell(new JoinSeedNodes(seeds));
            return Behaviors.empty();
        });
    }
}
