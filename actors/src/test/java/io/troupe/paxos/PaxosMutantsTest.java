package io.troupe.paxos;

import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Planted;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every classic bug of {@link PaxosMutants} is found by {@link PaxosFaults} or {@link PromisesInParts} within its number of seeds.
 * Without a mutant {@link PaxosAllFaultsTest} and {@link PromisesInPartsTest} run the same.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class PaxosMutantsTest {

    static List<Planted> mutants() {
        return PaxosMutants.all().stream().filter(Planted::isAskedFor).toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Planted planted) throws Exception {
        planted.mustBeFound();
    }
}
