package io.troupe.sim.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Sent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.junit.jupiter.api.Test;

/** Pekko's cluster sharding: every entity lives on one node at a time, moves when that goes, and answers again. */
class ShardingTest {

    private static final int SEEDS = 10;
    private static final int ENTITIES = 8;

    /** Shards whose state is in distributed data; LMDB, which would keep it on a real disk, is not simulated. */
    static final String SHARDING =
            """
            pekko.cluster.sharding {
              number-of-shards = 10
              state-store-mode = ddata
              distributed-data.durable.keys = []
              passivation.strategy = none
            }
            """;

    static final String REMEMBER =
            """
            pekko.cluster.sharding { remember-entities = on, remember-entities-store = ddata }
            """;

    private record Hello(ActorRef<Alive> replyTo) implements Sent {}

    private record Alive(String entity, String where) implements Sent {}

    private static final EntityTypeKey<Hello> TYPE = EntityTypeKey.create(Hello.class, "greeter");

    /** What runs where, and who has answered whom. */
    private static final class Town {
        private record Instance(String entity, ClusterNodeContext node) {}

        private final Map<Object, Instance> running = new LinkedHashMap<>();
        private final Map<String, Set<String>> answeredTo = new TreeMap<>();
        private boolean calling = true;
        private boolean changed;

        Behavior<Object> guardian(ClusterNodeContext node) {
            return Behaviors.setup(context -> {
                TestCluster.join(node, context.getSystem());
                var sharding = ClusterSharding.get(context.getSystem());
                sharding.init(Entity.of(TYPE, entity -> greeter(node, entity.getEntityId())));
                return Behaviors.withTimers(timers -> {
                    timers.startTimerWithFixedDelay("call", ofMillis(2_500));
                    return Behaviors.receive(Object.class)
                            .onMessageEquals("call", () -> {
                                for (int i = 0; i < ENTITIES && calling; i++) {
                                    sharding.entityRefFor(TYPE, "e" + i)
                                            .tell(new Hello(context.getSelf().narrow()));
                                }
                                return Behaviors.same();
                            })
                            .onMessage(Alive.class, alive -> {
                                answeredTo
                                        .computeIfAbsent(node.name(), any -> new TreeSet<>())
                                        .add(alive.entity());
                                return Behaviors.same();
                            })
                            .build();
                });
            });
        }

        private Behavior<Hello> greeter(ClusterNodeContext node, String entity) {
            return Behaviors.setup(context -> {
                running.put(context.getSelf(), new Instance(entity, node));
                changed = true;
                return Behaviors.receive(Hello.class)
                        .onMessage(Hello.class, hello -> {
                            hello.replyTo().tell(new Alive(entity, node.name()));
                            return Behaviors.same();
                        })
                        .onSignal(PostStop.class, stop -> {
                            running.remove(context.getSelf());
                            return Behaviors.same();
                        })
                        .build();
            });
        }

        Map<String, List<String>> where() {
            running.values().removeIf(instance -> instance.node().isDead());
            var nodes = new TreeMap<String, List<String>>();
            running.values().forEach(instance -> nodes.computeIfAbsent(instance.entity(), any -> new ArrayList<>())
                    .add(instance.node().name()));
            return nodes;
        }

        void check() {
            if (changed) {
                changed = false;
                where().forEach((entity, nodes) ->
                        assertThat(nodes).as("where %s lives", entity).hasSize(1));
            }
        }

        boolean allAnswer() {
            return answeredTo.size() == 5
                    && answeredTo.values().stream().allMatch(entities -> entities.size() == ENTITIES);
        }
    }

    /** Entities live once, and answer everybody again after each trouble. */
    record Living(String config) implements Story {
        @Override
        public void tell(ClusterSimulation sim) {
            var town = new Town();
            var nodes = sim.nodes(5, town::guardian);
            TestCluster.awaitFormed(sim, nodes);
            sim.afterEveryStep("every entity lives once", town::check);
            sim.runUntil(town::allAnswer, ofSeconds(30));
            TestCluster.trouble(sim, nodes);
            town.answeredTo.clear();
            sim.runUntil(town::allAnswer, ofSeconds(60));
        }
    }

    @Test
    void anEntityLivesOnceAndAnswersAgainAfterPartitionsAndCrashes() {
        new Living(config("")).run(SEEDS);
    }

    @Test
    void aRememberedEntityStartsAgainElsewhereThoughNobodyCalls() {
        try (var stage = ClusterStage.open(config(REMEMBER))) {
            for (int seed = 0; seed < SEEDS; seed++) {
                try (var sim = stage.simulate(seed)) {
                    var town = new Town();
                    var nodes = sim.nodes(5, town::guardian);
                    TestCluster.awaitFormed(sim, nodes);
                    sim.afterEveryStep("every entity lives once", town::check);
                    sim.runUntil(town::allAnswer, ofSeconds(30));
                    town.calling = false;
                    sim.runFor(ofSeconds(3));
                    var victim = town.where().get("e0").get(0);
                    sim.crash(victim);
                    assertThat(town.where()).doesNotContainKey("e0");
                    sim.runUntil(() -> town.where().size() == ENTITIES, ofSeconds(60));
                    assertThat(town.where().get("e0")).doesNotContain(victim);
                }
            }
        }
    }

    @Test
    void aNodeThatLeavesHandsItsEntitiesOverWithoutTwoLivingAtOnce() {
        try (var stage = ClusterStage.open(config(""))) {
            for (int seed = 0; seed < SEEDS; seed++) {
                try (var sim = stage.simulate(seed)) {
                    var town = new Town();
                    var nodes = sim.nodes(5, town::guardian);
                    TestCluster.awaitFormed(sim, nodes);
                    sim.afterEveryStep("every entity lives once", town::check);
                    sim.runUntil(town::allAnswer, ofSeconds(30));
                    var leaving = town.where().get("e0").get(0);
                    sim.node(leaving).leave();
                    sim.runUntil(() -> !sim.node(leaving).isUp(), ofSeconds(40));
                    sim.runUntil(() -> town.where().size() == ENTITIES, ofSeconds(5));
                    assertThat(town.where().values()).noneMatch(where -> where.contains(leaving));
                }
            }
        }
    }

    static String config(String more) {
        return TestCluster.majorityStays() + TestCluster.SERIALIZATION + SHARDING + more;
    }
}
