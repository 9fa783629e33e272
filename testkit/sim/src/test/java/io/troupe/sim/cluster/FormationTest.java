package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.AddressFromURIString;
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
}
