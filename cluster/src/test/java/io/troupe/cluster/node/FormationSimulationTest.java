package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.cluster.ClusterStage;
import io.troupe.sim.mutants.ClusterMutantHunt;
import io.troupe.sim.mutants.Mutant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link FormationSimulation} over many seeds, and over {@link FormationMutants}, which it finds. */
class FormationSimulationTest {

    private static final int SEEDS = Integer.getInteger("troupe.seeds", 20);
    private static final int MUTANT_SEEDS = 40;

    private static final ClusterMutantHunt HUNT =
            new ClusterMutantHunt(FormationSimulation.Run.class, FormationSimulation.CONFIG);

    @Test
    void oneClusterIsFormedAtATimeAndThereIsOneInTheEnd() {
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            assertThat(firstSeedThatFails(stage, 0, SEEDS / 2)).isEmpty();
        }
    }

    @Test
    void thereIsOneInTheEndWhereLivesOutliveTheirCluster() {
        try (var stage = ClusterStage.open(FormationSimulation.OUTLIVING)) {
            assertThat(firstSeedThatFails(stage, 0, SEEDS)).isEmpty();
        }
    }

    @Test
    void thereIsOneInTheEndWhereNobodyIsDownedWhoIsInNobodysWay() {
        try (var stage = ClusterStage.open(FormationSimulation.PATIENT)) {
            assertThat(firstSeedThatFails(stage, 0, SEEDS / 4)).isEmpty();
        }
    }

    /** All down themselves at once, and take no word of one another's from then on. */
    @ParameterizedTest
    @ValueSource(longs = {32, 46})
    void livesThatCannotHearOfOneAnotherDoNotOutliveTheirCluster(long seed) {
        try (var stage = ClusterStage.open(FormationSimulation.OUTLIVING)) {
            assertThat(firstSeedThatFails(stage, seed, seed + 1)).isEmpty();
        }
    }

    @Test
    void aNodeThatOnlyACrashedOneKnewJoinsAgain() {
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            for (int seed = 0; seed < 3; seed++) {
                try (var sim = stage.simulate(seed)) {
                    FormationSimulation.runWithoutWelcomer(sim);
                }
            }
        }
    }

    @Test
    void aNodeThatIsWelcomedWhenItHasAClusterOfItsOwnGivesThatUp() {
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG);
                var sim = stage.simulate(1)) {
            FormationSimulation.runWelcomedLate(sim);
        }
    }

    /** Few may end with two lives of a node, and none in any other way. */
    @Test
    @Tag("soak")
    void overManySeedsThereIsOneInTheEndUnlessTwoLivesOfANodeAreStuck() {
        int seeds = Integer.getInteger("troupe.seeds", 2_000);
        List<Integer> stuck = new ArrayList<>();
        try (var stage = ClusterStage.open(FormationSimulation.CONFIG)) {
            for (int seed = 0; seed < seeds; seed++) {
                try (var sim = stage.simulate(seed)) {
                    if (FormationSimulation.endsWithTwoLives(sim)) {
                        stuck.add(seed);
                    }
                }
            }
        }
        assertThat(stuck).as("seeds that end with two lives of a node").hasSizeLessThanOrEqualTo(1 + seeds / 100);
    }

    static List<Mutant> bugs() {
        return FormationMutants.all();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    @Tag("soak")
    void theSimulationFinds(Mutant bug) throws ReflectiveOperationException {
        HUNT.mustFind(bug.within(MUTANT_SEEDS));
    }

    private static OptionalLong firstSeedThatFails(ClusterStage stage, long from, long to) {
        for (long seed = from; seed < to; seed++) {
            try (var sim = stage.simulate(seed)) {
                FormationSimulation.run(sim);
            } catch (AssertionError failure) {
                System.out.printf(
                        "seed %d: %s%n",
                        seed, failure.getMessage().lines().limit(60).toList());
                return OptionalLong.of(seed);
            }
        }
        return OptionalLong.empty();
    }
}
