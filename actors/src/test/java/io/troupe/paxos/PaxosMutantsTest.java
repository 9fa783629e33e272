package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every classic bug of {@link PaxosMutants} is found by {@link PaxosFaults} within its number of seeds.
 * Without a mutant {@link PaxosAllFaultsTest} runs the same.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class PaxosMutantsTest {

    private static final MutantHunt HUNT = new MutantHunt(PaxosFaults.class, ConfigFactory.empty());

    static List<PaxosMutants.Planted> mutants() {
        String one = System.getProperty("troupe.mutant", "");
        return PaxosMutants.all().stream()
                .filter(planted -> one.isEmpty() || one.contains(planted.toString()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(PaxosMutants.Planted planted) throws Exception {
        int budget = Integer.getInteger("troupe.mutant.seeds", planted.seeds());
        assertThat(HUNT.seedThatFinds(Optional.of(planted.mutant()), budget))
                .as("%s within %s seeds", planted, budget)
                .isPresent();
    }
}
