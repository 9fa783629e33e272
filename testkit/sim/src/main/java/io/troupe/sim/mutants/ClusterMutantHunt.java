package io.troupe.sim.mutants;

import com.typesafe.config.Config;
import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.cluster.ClusterStage;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A {@link Hunt} on the cluster stage.
 *
 * @param scenario of the application, with a constructor that takes nothing; throws an {@link AssertionError} where it notices a bug
 * @param config of every node
 */
public record ClusterMutantHunt(Class<? extends Consumer<ClusterSimulation>> scenario, Config config) implements Hunt {

    @Override
    public OptionalLong seedThatFinds(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException {
        return Planting.during(mutant, () -> hunt(mutant, seeds));
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
