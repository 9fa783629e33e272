package io.troupe.sim.mutants;

import com.typesafe.config.Config;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * A {@link Hunt} on the protocol stage.
 *
 * @param scenario of the application, with a constructor that takes nothing; throws an {@link AssertionError} where it notices a bug
 * @param config of the application
 */
public record MutantHunt(Class<? extends Consumer<Simulation>> scenario, Config config) implements Hunt {

    @Override
    public OptionalLong seedThatFinds(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException {
        return Planting.during(mutant, () -> hunt(mutant, seeds));
    }

    private OptionalLong hunt(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException {
        var constructor = scenario.getDeclaredConstructor();
        constructor.setAccessible(true);
        Consumer<Simulation> mutated = constructor.newInstance();
        Stage stage = Stage.open(config);
        try {
            return new Trail(mutant, seeds).follow(seed -> run(stage, mutated, seed, mutant));
        } finally {
            closeQuietly(stage);
        }
    }

    private static Optional<Finding> run(
            Stage stage, Consumer<Simulation> scenario, long seed, Optional<Mutant> mutant) {
        try (Simulation sim = stage.simulate(seed)) {
            try {
                scenario.accept(sim);
                return Optional.empty();
            } catch (RuntimeException | AssertionError e) {
                return Optional.of(Finding.of(e, sim, mutant));
            }
        }
    }

    /** What a mutant left behind may not come to rest. */
    private static void closeQuietly(Stage stage) {
        try {
            stage.close();
        } catch (RuntimeException | AssertionError e) {
            System.err.println("the stage of a mutant could not be taken down: " + e);
        }
    }
}
