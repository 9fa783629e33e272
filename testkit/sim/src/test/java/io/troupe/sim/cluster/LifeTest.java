package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.apache.pekko.cluster.MemberStatus;
import org.junit.jupiter.api.Test;

/** What a long garbage collection does to a node, and what becomes of nodes that go, fail and come back. */
class LifeTest {

    @Test
    void aNodePausedForLongerThanTheOthersWaitFindsItselfDownedWhenItResumes() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"))) {
            for (int seed = 0; seed < 20; seed++) {
                try (var sim = stage.simulate(seed)) {
                    TestCluster.formed(sim);
                    var ended = new ArrayList<String>();
                    sim.onNodeEnd(node -> ended.add(node.name()));
                    sim.node("n2").pause();
                    sim.runFor(Duration.ofSeconds(30));
                    assertThat(sim.node("n1").membersUp()).containsExactly("n1", "n3", "n4", "n5");
                    assertThat(sim.node("n2").isMember())
                            .as("it has not seen it yet")
                            .isTrue();

                    sim.node("n2").resume();
                    sim.runUntil(() -> !sim.node("n2").isUp(), Duration.ofSeconds(20));

                    assertThat(ended).containsExactly("n2");
                    sim.runFor(Duration.ofSeconds(20));
                    assertThat(TestCluster.alive(sim)).containsExactly("n1", "n3", "n4", "n5");
                }
            }
        }
    }

    @Test
    void aNodePausedForAMomentIsAMemberAsBefore() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"));
                var sim = stage.simulate(1)) {
            TestCluster.formed(sim);
            sim.node("n2").pause();
            sim.runFor(Duration.ofSeconds(2));
            sim.node("n2").resume();
            sim.runFor(Duration.ofSeconds(30));
            assertThat(sim.nodes())
                    .allSatisfy(node -> assertThat(node.membersUp()).hasSize(5));
        }
    }

    @Test
    void aRestartedNodeTakesThePlaceOfItsEarlierLifeWithANewUid() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"))) {
            for (int seed = 0; seed < 20; seed++) {
                try (var sim = stage.simulate(seed)) {
                    var nodes = TestCluster.formed(sim);
                    var before = sim.node("n3").cluster().selfMember().uniqueAddress();
                    sim.crash("n3");
                    sim.runFor(Duration.ofSeconds(1));
                    sim.restart("n3");
                    TestCluster.awaitFormed(sim, nodes);
                    var after = sim.node("n3").cluster().selfMember().uniqueAddress();
                    assertThat(after.address()).isEqualTo(before.address());
                    assertThat(after).isNotEqualTo(before);
                }
            }
        }
    }

    @Test
    void aNodeThatLeavesGoesWithoutBeingMissedAndEndsByItself() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"));
                var sim = stage.simulate(3)) {
            TestCluster.formed(sim);
            sim.afterEveryStep("nobody is unreachable", () -> assertThat(
                            sim.node("n1").cluster().state().getUnreachable())
                    .isEmpty());
            sim.node("n4").leave();
            sim.runUntil(() -> !sim.node("n4").isUp(), Duration.ofSeconds(30));
            sim.runFor(Duration.ofSeconds(10));
            assertThat(sim.node("n1").cluster().state().getMembers())
                    .hasSize(4)
                    .allMatch(member -> member.status() == MemberStatus.up());
        }
    }

    @Test
    void anOrderlyShutdownLeavesTheClusterToo() {
        try (var stage = ClusterStage.open(TestCluster.strategy("keep-majority"));
                var sim = stage.simulate(4)) {
            TestCluster.formed(sim);
            sim.node("n1").stop();
            sim.runUntil(() -> !sim.node("n1").isUp(), Duration.ofSeconds(30));
            sim.runUntil(() -> sim.node("n2").membersUp().size() == 4, Duration.ofSeconds(5));
        }
    }
}
