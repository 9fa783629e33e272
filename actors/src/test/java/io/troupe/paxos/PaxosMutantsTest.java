package io.troupe.paxos;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
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

    static List<Mutant> mutants() {
        return PaxosMutants.all().stream().filter(Mutant::isAskedFor).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant);
    }
}
