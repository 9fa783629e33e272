package io.troupe.sim.cluster;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.junit.jupiter.api.Test;

/** Death watch across nodes: of an actor's end one is told at once, of its node's when the cluster has removed it. */
class DeathWatchTest {

    private static final int SEEDS = 10;
    private static final Duration AT_ONCE = ofSeconds(1);

    private static final ServiceKey<Void> MORTAL = ServiceKey.create(Void.class, "mortal");

    /** To a guardian. */
    private enum Order {
        WATCH_ALL,
        END_YOURS
    }

    /** Every node has a mortal actor, and watches those of the others. */
    private static final class Watchers {
        private final Map<String, Set<String>> watching = new TreeMap<>();
        private final Map<String, Set<String>> told = new TreeMap<>();

        Behavior<Object> guardian(ClusterNodeContext node) {
            watching.put(node.name(), new TreeSet<>());
            told.put(node.name(), new TreeSet<>());
            return Behaviors.setup(context -> {
                TestCluster.join(node, context.getSystem());
                var mortal = context.spawn(Behaviors.<Void>ignore(), "mortal");
                var receptionist = context.getSystem().receptionist();
                receptionist.tell(Receptionist.register(MORTAL, mortal));
                var listings = context.<Receptionist.Listing>messageAdapter(Receptionist.Listing.class, any -> any);
                return Behaviors.receive(Object.class)
                        .onMessage(Receptionist.Listing.class, listing -> {
                            listing.getServiceInstances(MORTAL).forEach(instance -> instance.path()
                                    .address()
                                    .getHost()
                                    .filter(watching.get(node.name())::add)
                                    .ifPresent(other -> context.watch(instance)));
                            return Behaviors.same();
                        })
                        .onMessageEquals(Order.WATCH_ALL, () -> {
                            receptionist.tell(Receptionist.subscribe(MORTAL, listings));
                            return Behaviors.same();
                        })
                        .onMessageEquals(Order.END_YOURS, () -> {
                            context.stop(mortal);
                            return Behaviors.same();
                        })
                        .onSignal(Terminated.class, ended -> {
                            told.get(node.name())
                                    .add(ended.getRef()
                                            .path()
                                            .address()
                                            .getHost()
                                            .orElseThrow());
                            return Behaviors.same();
                        })
                        .build();
            });
        }

        boolean knowTheEndOf(Set<String> ended, Set<String> watchers) {
            return watchers.stream().allMatch(watcher -> ended.equals(told.get(watcher)));
        }
    }

    static final class Told implements Story {
        @Override
        public String config() {
            return TestCluster.majorityStays();
        }

        @Override
        public void tell(ClusterSimulation sim) {
            var watchers = new Watchers();
            var nodes = sim.nodes(5, watchers::guardian);
            TestCluster.awaitFormed(sim, nodes);
            // Not before everybody is up: Pekko drops, with no more than a warning, the watch of one who is still
            // joining.
            nodes.forEach(node -> node.ref().tell(Order.WATCH_ALL));
            sim.runUntil(
                    () -> watchers.watching.values().stream().allMatch(others -> others.size() == 4), ofSeconds(20));

            sim.runFor(ofSeconds(1));
            endMortalOf(nodes, "n2");
            sim.runUntil(() -> watchers.knowTheEndOf(Set.of("n2"), TestCluster.others("n2")), AT_ONCE);

            // A cut link holds system messages back, and loses none: they are sent until they are acknowledged.
            sim.partition(Set.of("n1"), Set.of("n3"));
            sim.runFor(ofSeconds(1));
            endMortalOf(nodes, "n3");
            sim.runUntil(() -> watchers.knowTheEndOf(Set.of("n2", "n3"), Set.of("n4", "n5")), AT_ONCE);
            assertThat(watchers.told.get("n1")).containsExactly("n2");
            sim.runFor(ofSeconds(2));
            sim.heal();
            sim.runUntil(() -> watchers.knowTheEndOf(Set.of("n2", "n3"), Set.of("n1")), AT_ONCE.multipliedBy(2));

            sim.crash("n4");
            sim.runFor(ofSeconds(4));
            assertThat(watchers.told.get("n1"))
                    .as("nobody is said to have ended before the cluster has decided it")
                    .doesNotContain("n4");
            sim.runUntil(() -> watchers.knowTheEndOf(Set.of("n2", "n3", "n4"), Set.of("n1", "n5")), ofSeconds(30));
        }

        private static void endMortalOf(List<ClusterNode<Object>> nodes, String name) {
            nodes.stream().filter(node -> node.name().equals(name)).forEach(node -> node.ref()
                    .tell(Order.END_YOURS));
        }
    }

    @Test
    void theEndOfAnActorIsToldAtOnceOrWhenTheLinkIsMendedAndThatOfANodeWhenItIsRemoved() {
        new Told().run(SEEDS);
    }
}
