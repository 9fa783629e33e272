package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every bug of {@link ChainMutants} is found by {@link ChainFaults} or {@link ChainLeases} within its number of seeds; at every build
 * those that are found soon. Without a mutant {@link ChainAllFaultsTest} and {@link ChainLeasesTest} run the same.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class ChainMutantsTest {

    private static List<ChainMutants.Planted> asked(List<ChainMutants.Planted> mutants) {
        String one = System.getProperty("troupe.mutant", "");
        return mutants.stream()
                .filter(planted -> one.isEmpty() || one.contains(planted.toString()))
                .toList();
    }

    static List<ChainMutants.Planted> first() {
        return asked(ChainMutants.first());
    }

    static List<ChainMutants.Planted> others() {
        return asked(ChainMutants.others());
    }

    @ParameterizedTest
    @MethodSource("first")
    void theSimulationFinds(ChainMutants.Planted planted) throws Exception {
        find(planted);
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("others")
    void theSimulationFindsTheOthers(ChainMutants.Planted planted) throws Exception {
        find(planted);
    }

    private static void find(ChainMutants.Planted planted) throws ReflectiveOperationException {
        int budget = Integer.getInteger("troupe.mutant.seeds", planted.seeds());
        var hunt = new MutantHunt(planted.scenario(), ConfigFactory.empty());
        assertThat(hunt.seedThatFinds(Optional.of(planted.mutant()), budget))
                .as("%s within %s seeds", planted, budget)
                .isPresent();
    }
}
