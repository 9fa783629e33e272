package io.troupe.sim.mutants;

import com.typesafe.config.Config;
import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.cluster.ClusterStage;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Runs a scenario of the cluster stage over mutants of the application, as {@link MutantHunt} does on the protocol stage.
 *
 * @param scenario of the application, with a constructor that takes nothing; throws an {@link AssertionError} where it notices a bug
 * @param config of every node
 */
public record ClusterMutantHunt(Class<? extends Consumer<ClusterSimulation>> scenario, Config config) {

    /**
     * One of {@code seeds} seeds, from 0, that finds {@code mutant}, or anything when that is empty: where it was {@linkplain
     * Mutant#foundAt() found before}, or else the first.
     *
     * @throws IllegalStateException when a run ends in a crash, and not with what a property says
     */
    public OptionalLong seedThatFinds(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException {
        return PlantedMutant.during(mutant, () -> hunt(mutant, seeds));
    }

    private OptionalLong hunt(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException {
        var constructor = scenario.getDeclaredConstructor();
        constructor.setAccessible(true);
        Consumer<ClusterSimulation> mutated = constructor.newInstance();
        try (ClusterStage stage = ClusterStage.open(config)) {
            return new Trail(mutant, seeds).follow(seed -> run(stage, mutated, seed, mutant));
        }
    }

    private static Optional<Finding> run(
            ClusterStage stage, Consumer<ClusterSimulation> scenario, long seed, Optional<Mutant> mutant) {
        try (ClusterSimulation sim = stage.simulate(seed)) {
            try {
                scenario.accept(sim);
                return Optional.empty();
            } catch (RuntimeException | AssertionError e) {
                return Optional.of(Finding.of(e, sim, mutant));
            }
        }
    }
}
