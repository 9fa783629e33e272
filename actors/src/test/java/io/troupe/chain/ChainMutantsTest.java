package io.troupe.chain;

import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Planted;
import java.util.List;
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

    static List<Planted> first() {
        return ChainMutants.first().stream().filter(Planted::isAskedFor).toList();
    }

    static List<Planted> others() {
        return ChainMutants.others().stream().filter(Planted::isAskedFor).toList();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("first")
    void theSimulationFinds(Planted planted) throws Exception {
        planted.mustBeFound();
    }

    @Tag("soak")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("others")
    void theSimulationFindsTheOthers(Planted planted) throws Exception {
        planted.mustBeFound();
    }
}
