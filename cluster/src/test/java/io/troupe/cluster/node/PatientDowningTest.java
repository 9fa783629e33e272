package io.troupe.cluster.node;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.cluster.ClusterNode;
import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.cluster.ClusterStage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Five nodes with {@link Formation} and {@link PatientDowning} on stock Pekko Cluster, in virtual time. */
class PatientDowningTest {

    private static final int SEEDS = Integer.getInteger("troupe.seeds", 1);
    private static final Duration LONG = ofSeconds(60);

    private static void overSeeds(Consumer<ClusterSimulation> story) {
        try (var stage = ClusterStage.open(FormationSimulation.PATIENT)) {
            for (int seed = 0; seed < SEEDS; seed++) {
                try (var sim = stage.simulate(seed)) {
                    FormationSimulation.runFormed(sim, () -> story.accept(sim));
                }
            }
        }
    }

    /** The life of each node, by its uid. */
    private static Map<String, Long> lives(ClusterSimulation sim) {
        var lives = new TreeMap<String, Long>();
        sim.nodes()
                .forEach(node -> lives.put(
                        node.name(), node.cluster().selfMember().uniqueAddress().longUid()));
        return lives;
    }

    private static void awaitAllInContact(ClusterSimulation sim) {
        sim.runUntil(
                () -> sim.nodes().stream()
                        .allMatch(node -> node.membersUp().equals(Set.copyOf(FormationSimulation.NAMES))
                                && node.cluster().state().getUnreachable().isEmpty()),
                ofSeconds(20));
    }

    private static boolean seesUnreachable(ClusterNode<?> node, String other) {
        return node.cluster().state().getUnreachable().stream()
                .anyMatch(member -> member.address().getHost().equals(Optional.of(other)));
    }

    @Test
    void whoeverIsCutOffForLongIsAMemberStillInTheSameLife() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.isolate("n1");
            sim.runFor(LONG);
            assertThat(seesUnreachable(sim.node("n2"), "n1")).isTrue();
            assertThat(seesUnreachable(sim.node("n1"), "n2")).isTrue();
            sim.heal();
            awaitAllInContact(sim);
            assertThat(lives(sim)).isEqualTo(before);
        });
    }

    @Test
    void sidesWithoutAMajorityWaitForOneAnother() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.partition(Set.of("n1", "n2"), Set.of("n3", "n4", "n5"));
            sim.partition(Set.of("n3"), Set.of("n4", "n5"));
            sim.runFor(LONG);
            sim.heal();
            awaitAllInContact(sim);
            assertThat(lives(sim)).isEqualTo(before);
        });
    }

    @Test
    void whoeverWasPausedForLongIsAMemberStillInTheSameLife() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.node("n3").pause();
            sim.runFor(LONG);
            sim.node("n3").resume();
            awaitAllInContact(sim);
            assertThat(lives(sim)).isEqualTo(before);
        });
    }

    @Test
    void aCrashedMemberJoinsAgainAtItsAddressHoweverLateAndNobodyElseBeginsANewLife() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.crash("n2");
            sim.runFor(LONG);
            assertThat(seesUnreachable(sim.node("n3"), "n2")).isTrue();
            sim.restart("n2");
            awaitAllInContact(sim);
            var after = lives(sim);
            assertThat(after.get("n2")).isNotEqualTo(before.get("n2"));
            assertThat(after).allSatisfy((node, life) -> {
                if (!node.equals("n2")) {
                    assertThat(life).isEqualTo(before.get(node));
                }
            });
        });
    }

    @Test
    void anotherMayLeaveAndComeBackWhileOneIsCutOffWhichHasANewLifeThen() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.isolate("n1");
            sim.runFor(ofSeconds(10));
            sim.node("n3").stop();
            sim.runUntil(() -> !sim.node("n3").isUp(), ofSeconds(15));
            sim.restart("n3");
            sim.runUntil(() -> sim.node("n3").membersUp().equals(Set.of("n2", "n3", "n4", "n5")), ofSeconds(30));
            assertThat(sim.node("n1").isUp()).as("it goes on by itself").isTrue();
            assertThat(lives(sim).get("n1")).isEqualTo(before.get("n1"));
            sim.heal();
            awaitAllInContact(sim);
            assertThat(lives(sim).get("n1")).isNotEqualTo(before.get("n1"));
            assertThat(lives(sim).get("n2")).isEqualTo(before.get("n2"));
        });
    }

    /** Two of five are left, and then the others come back: those two never began a new life. */
    @Test
    void aMinorityThatIsLeftWaitsForTheOthersToComeBack() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.crash("n1");
            sim.crash("n3");
            sim.crash("n5");
            sim.runFor(LONG);
            assertThat(lives(sim)).containsEntry("n2", before.get("n2")).containsEntry("n4", before.get("n4"));
            sim.restart("n5");
            sim.runUntil(() -> sim.node("n5").membersUp().equals(Set.of("n2", "n4", "n5")), ofSeconds(30));
            sim.restart("n1");
            sim.restart("n3");
            awaitAllInContact(sim);
            assertThat(lives(sim)).containsEntry("n2", before.get("n2")).containsEntry("n4", before.get("n4"));
        });
    }

    @Test
    void whoIsGoneForGoodIsNotWaitedFor() {
        overSeeds(sim -> {
            sim.crash("n1");
            sim.runUntil(() -> seesUnreachable(sim.node("n2"), "n1"), ofSeconds(20));
            PatientDowning.downThoseGone(sim.node("n2").system(), node -> node.contains("n1"));
            sim.runUntil(() -> sim.node("n3").membersUp().equals(Set.of("n2", "n3", "n4", "n5")), ofSeconds(10));
            sim.restart("n1");
        });
    }

    /** Those that came back have formed a cluster of their own, of which who was cut off hears when it greets them. */
    @Test
    void whoeverMissedTheEndOfItsClusterFindsTheNextOne() {
        overSeeds(sim -> {
            var before = lives(sim);
            sim.isolate("n1");
            sim.runFor(ofSeconds(10));
            var others = Set.of("n2", "n3", "n4", "n5");
            others.stream().sorted().forEach(sim::crash);
            others.stream().sorted().forEach(sim::restart);
            sim.runUntil(
                    () -> others.stream()
                            .allMatch(node -> sim.node(node).membersUp().equals(others)),
                    ofSeconds(30));
            assertThat(lives(sim).get("n1")).isEqualTo(before.get("n1"));
            sim.heal();
            sim.runUntil(() -> sim.node("n2").membersUp().equals(Set.copyOf(FormationSimulation.NAMES)), ofSeconds(60));
            awaitAllInContact(sim);
            assertThat(lives(sim).get("n1")).isNotEqualTo(before.get("n1"));
        });
    }

    @Test
    void whoeverStopsAloneDoesNotWaitForTheOthers() {
        overSeeds(sim -> {
            sim.isolate("n1");
            sim.runFor(ofSeconds(10));
            sim.node("n1").stop();
            sim.runUntil(() -> !sim.node("n1").isUp(), ofSeconds(15));
            sim.heal();
            sim.restart("n1");
        });
    }
}
