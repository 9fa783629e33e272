package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.MutantHunt;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every classic bug of {@link Mutants} is found by its scenario within its number of seeds.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class RaftMutantsTest {

    private static final Set<Class<?>> HAVE_A_TEST = Set.of(AllFaults.class, LeaseFaults.class, WitnessFaults.class);

    static List<Planted> mutants() {
        return Mutants.all().stream().filter(Planted::isAskedFor).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Planted planted) throws Exception {
        planted.mustBeFound();
    }

    /** {@link RaftAllFaultsTest} and others run the rest without a mutant. */
    static Stream<Class<? extends Consumer<Simulation>>> scenariosWithoutATestOfTheirOwn() {
        return Mutants.all().stream()
                .<Class<? extends Consumer<Simulation>>>map(Planted::scenario)
                .distinct()
                .filter(scenario -> !HAVE_A_TEST.contains(scenario));
    }

    @ParameterizedTest
    @MethodSource("scenariosWithoutATestOfTheirOwn")
    void withoutAMutantTheSameSeedsFindNothing(Class<? extends Consumer<Simulation>> scenario) throws Exception {
        MutantHunt hunt = new MutantHunt(scenario, ConfigFactory.empty());
        assertThat(hunt.seedThatFinds(Optional.empty(), 5)).isEmpty();
    }
}
