package io.troupe.sim.cluster;

import static java.time.Duration.ofSeconds;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.Test;

/** Pekko's typed receptionist over the cluster: who offers a service, as every node sees it. */
class ReceptionistTest {

    private static final int SEEDS = 10;
    private static final Duration CONVERGED = ofSeconds(20);
    private static final Duration MISSED = ofSeconds(10);
    private static final ServiceKey<String> SERVICE = ServiceKey.create(String.class, "service");
    private static final Set<String> ALL = TestCluster.others();

    /** What each node sees at present: the names of the nodes that offer the service. */
    private static final class Listings {
        private final Map<String, Set<String>> byNode = new TreeMap<>();

        Behavior<Receptionist.Listing> guardian(ClusterNodeContext node) {
            return Behaviors.setup(context -> {
                TestCluster.join(node, context.getSystem());
                var receptionist = context.getSystem().receptionist();
                receptionist.tell(Receptionist.register(SERVICE, context.spawn(Behaviors.<String>ignore(), "service")));
                receptionist.tell(Receptionist.subscribe(SERVICE, context.getSelf()));
                byNode.put(node.name(), Set.of());
                return Behaviors.receiveMessage(listing -> {
                    var names = new TreeSet<String>();
                    listing.getServiceInstances(SERVICE)
                            .forEach(instance -> names.add(
                                    instance.path().address().getHost().orElse(node.name())));
                    byNode.put(node.name(), names);
                    return Behaviors.same();
                });
            });
        }

        boolean are(Set<String> expected, Set<String> asSeenBy) {
            return asSeenBy.stream().allMatch(node -> expected.equals(byNode.get(node)));
        }
    }

    static final class Found implements Story {
        @Override
        public String config() {
            return TestCluster.majorityStays();
        }

        @Override
        public void tell(ClusterSimulation sim) {
            var listings = new Listings();
            var nodes = sim.nodes(5, listings::guardian);
            TestCluster.awaitFormed(sim, nodes);
            sim.runUntil(() -> listings.are(ALL, ALL), CONVERGED);

            sim.crash("n3");
            var rest = TestCluster.others("n3");
            sim.runUntil(() -> listings.are(rest, rest), MISSED);

            sim.runFor(ofSeconds(30));
            sim.restart("n3");
            TestCluster.awaitFormed(sim, nodes);
            sim.runUntil(() -> listings.are(ALL, ALL), CONVERGED);

            TestCluster.trouble(sim, nodes);
            sim.runUntil(() -> listings.are(ALL, ALL), CONVERGED);
        }
    }

    @Test
    void aServiceIsFoundOnEveryNodeGoesWithItsNodeAndComesBackWithIt() {
        new Found().run(SEEDS);
    }
}
