package io.troupe.sim.mutants;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import java.util.function.Consumer;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * A mutant of many, and the scenario that finds it.
 *
 * @param scenario of the application without settings of its own; see {@link MutantHunt}
 */
public record Planted(Mutant mutant, Class<? extends Consumer<Simulation>> scenario) {

    /** See {@link Mutant#advised}. */
    public static Planted advised(
            Class<?> advice,
            Class<?> type,
            ElementMatcher<? super MethodDescription> method,
            Class<? extends Consumer<Simulation>> scenario,
            int seeds) {
        return new Planted(Mutant.advised(advice, type, method).within(seeds), scenario);
    }

    /** The same, last found at {@code seed}. */
    public Planted foundAt(long seed) {
        return new Planted(mutant.foundAt(seed), scenario);
    }

    public boolean isAskedFor() {
        return mutant.isAskedFor();
    }

    /** @throws AssertionError when the scenario does not find it: {@link Hunt#mustFind} */
    public void mustBeFound() throws ReflectiveOperationException {
        new MutantHunt(scenario, ConfigFactory.empty()).mustFind(mutant);
    }

    @Override
    public String toString() {
        return mutant.name();
    }
}
