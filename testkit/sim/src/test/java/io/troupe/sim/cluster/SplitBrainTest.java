package io.troupe.sim.cluster;

import static io.troupe.sim.cluster.TestCluster.DECIDED;
import static io.troupe.sim.cluster.TestCluster.alive;
import static io.troupe.sim.cluster.TestCluster.others;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pekko's split-brain resolver, strategy by strategy: who lives on after a partition, seen from both sides. */
class SplitBrainTest {

    private static final int SEEDS = 3;

    private static final String KEEP_MAJORITY = TestCluster.strategy("keep-majority");
    private static final String KEEP_OLDEST = TestCluster.strategy("keep-oldest");
    private static final String LEASE_MAJORITY = TestCluster.strategy("lease-majority")
            + "pekko.cluster.split-brain-resolver.lease-majority.lease-implementation = troupe.sim.lease";

    private static String staticQuorum(int size) {
        return TestCluster.strategy("static-quorum") + "pekko.cluster.split-brain-resolver.static-quorum.quorum-size = "
                + size;
    }

    enum Way {
        BOTH,
        OUTWARD,
        INWARD;

        /** Parts {@code side} from the others, in both directions or in one alone. */
        void cut(ClusterSimulation sim, Set<String> side) {
            for (var in : side.stream().sorted().toList()) {
                for (var out : others(side)) {
                    if (this != INWARD) {
                        sim.cut(in, out);
                    }
                    if (this != OUTWARD) {
                        sim.cut(out, in);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepMajorityKeepsTheThreeOfFive(Way way) {
        survivors(KEEP_MAJORITY, Set.of("n1", "n2"), way, Set.of("n3", "n4", "n5"));
        survivors(KEEP_MAJORITY, Set.of("n1", "n2", "n3"), way, Set.of("n1", "n2", "n3"));
    }

    @ParameterizedTest
    @EnumSource
    void staticQuorumKeepsTheSideThatHasTheQuorum(Way way) {
        survivors(staticQuorum(3), Set.of("n1", "n2"), way, Set.of("n3", "n4", "n5"));
        survivors(staticQuorum(3), Set.of("n1", "n2", "n3"), way, Set.of("n1", "n2", "n3"));
    }

    @ParameterizedTest
    @EnumSource
    void staticQuorumThatNobodyHasEndsBothSides(Way way) {
        survivors(staticQuorum(4), Set.of("n1", "n2"), way, Set.of());
    }

    @ParameterizedTest
    @EnumSource
    void keepOldestKeepsTheSideOfTheOldestAlsoWhenItIsTheSmaller(Way way) {
        survivors(KEEP_OLDEST, Set.of("n1", "n2"), way, Set.of("n1", "n2"));
        survivors(KEEP_OLDEST, Set.of("n1", "n2", "n3"), way, Set.of("n1", "n2", "n3"));
    }

    @ParameterizedTest
    @EnumSource
    void leaseMajorityKeepsTheMajorityWhichAsksFirst(Way way) {
        survivors(LEASE_MAJORITY, Set.of("n1", "n2"), way, Set.of("n3", "n4", "n5"));
        survivors(LEASE_MAJORITY, Set.of("n1", "n2", "n3"), way, Set.of("n1", "n2", "n3"));
    }

    @Test
    void leaseMajorityKeepsTheMinorityWhenTheOthersDoNotReachTheLease() {
        runSeeds(LEASE_MAJORITY, sim -> {
            Set.of("n3", "n4", "n5").forEach(sim::cutLease);
            Way.BOTH.cut(sim, Set.of("n1", "n2"));
            sim.runFor(DECIDED);
            assertThat(alive(sim)).containsExactly("n1", "n2");
        });
    }

    @Test
    void keepOldestDownsTheOldestThatIsAlone() {
        survivors(KEEP_OLDEST, Set.of("n1"), Way.BOTH, Set.of("n2", "n3", "n4", "n5"));
    }

    // ---- known weaknesses, each as it is told in Pekko's documentation

    @Test
    void keepOldestKeepsTheOldestAloneAndEndsAllOthersWithoutDownIfAlone() {
        survivors(
                KEEP_OLDEST + "pekko.cluster.split-brain-resolver.keep-oldest.down-if-alone = off",
                Set.of("n1"),
                Way.BOTH,
                Set.of("n1"));
    }

    @Test
    void keepOldestEndsTheWholeClusterWhenTheOldestCrashesInAPartition() {
        runSeeds(KEEP_OLDEST, sim -> {
            Way.BOTH.cut(sim, Set.of("n1", "n2"));
            sim.crash("n1");
            sim.runFor(DECIDED);
            assertThat(alive(sim)).isEmpty();
        });
    }

    @Test
    void staticQuorumTooSmallForTheClusterEndsBothSidesForBothWouldHaveIt() {
        survivors(staticQuorum(2), Set.of("n1", "n2"), Way.BOTH, Set.of());
    }

    /** {@code down-all-when-unstable}: a decision put off for so long might be another on the other side. */
    @Test
    void keepMajorityEndsTheWholeClusterWhenANodeIsGoneAndAnotherComesAndGoes() {
        runSeeds(KEEP_MAJORITY, sim -> {
            oneGoneAndOneComingAndGoing(sim);
            assertThat(alive(sim)).isEmpty();
        });
        runSeeds(TestCluster.majorityStays(), sim -> {
            oneGoneAndOneComingAndGoing(sim);
            assertThat(alive(sim)).contains("n3", "n4", "n5");
        });
    }

    private static void oneGoneAndOneComingAndGoing(ClusterSimulation sim) {
        sim.isolate("n1");
        for (int i = 0; i < 4; i++) {
            sim.isolate("n2");
            sim.runFor(Duration.ofSeconds(5));
            for (var other : others("n1", "n2")) {
                sim.mend("n2", other);
                sim.mend(other, "n2");
            }
            sim.runFor(Duration.ofSeconds(1));
        }
        sim.runFor(DECIDED);
    }

    @Test
    void withoutAResolverBothSidesStayAndNothingIsDecided() {
        runSeeds("", sim -> {
            Way.BOTH.cut(sim, Set.of("n1", "n2"));
            sim.runFor(DECIDED);
            assertThat(sim.nodes())
                    .allSatisfy(node -> assertThat(node.membersUp()).hasSize(5));
            assertThat(sim.node("n1").cluster().state().getUnreachable()).hasSize(3);
            assertThat(sim.node("n3").cluster().state().getUnreachable()).hasSize(2);
        });
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aPartitionThatHealsBeforeTheDecisionChangesNothing(String strategy) {
        runSeeds(strategy, sim -> {
            Way.BOTH.cut(sim, Set.of("n1", "n2"));
            sim.runFor(Duration.ofSeconds(8));
            sim.heal();
            sim.runFor(DECIDED);
            assertThat(sim.nodes())
                    .allSatisfy(node -> assertThat(node.membersUp()).hasSize(5));
        });
    }

    static Stream<Arguments> strategies() {
        return Stream.of(KEEP_MAJORITY, staticQuorum(3), KEEP_OLDEST, LEASE_MAJORITY)
                .map(Arguments::of);
    }

    private static void survivors(String strategy, Set<String> side, Way way, Set<String> expected) {
        runSeeds(strategy, sim -> {
            way.cut(sim, side);
            sim.runFor(DECIDED);
            assertThat(alive(sim)).as("seed " + sim.seed()).isEqualTo(expected);
            for (var name : expected) {
                assertThat(sim.node(name).membersUp()).as("as %s sees it", name).isEqualTo(expected);
            }
        });
    }

    private static void runSeeds(String strategy, Consumer<ClusterSimulation> story) {
        try (var stage = ClusterStage.open(strategy)) {
            for (int seed = 0; seed < SEEDS; seed++) {
                try (var sim = stage.simulate(seed)) {
                    TestCluster.formed(sim);
                    story.accept(sim);
                }
            }
        }
    }
}
