package io.troupe.sim.mutants;

import java.util.Optional;
import java.util.OptionalLong;

/** Runs a scenario over mutants of the application. Only a property that does not hold counts ({@link Finding}). */
public sealed interface Hunt permits MutantHunt, ClusterMutantHunt {

    /**
     * One of {@code seeds} seeds, from 0, that finds {@code mutant}, or anything when that is empty: where it was {@linkplain
     * Mutant#foundAt() found before}, or else the first.
     *
     * @throws IllegalStateException when a run ends in a crash, and not with what a property says
     */
    OptionalLong seedThatFinds(Optional<Mutant> mutant, int seeds) throws ReflectiveOperationException;

    /**
     * Tries the mutant's {@linkplain Mutant#seeds() seeds}, or as many as system property {@code troupe.mutant.seeds} says.
     *
     * @throws AssertionError when none of them finds it
     */
    default void mustFind(Mutant mutant) throws ReflectiveOperationException {
        int seeds = Integer.getInteger("troupe.mutant.seeds", mutant.seeds());
        if (seedThatFinds(Optional.of(mutant), seeds).isEmpty()) {
            throw new AssertionError("none of " + seeds + " seeds finds " + mutant);
        }
    }
}
