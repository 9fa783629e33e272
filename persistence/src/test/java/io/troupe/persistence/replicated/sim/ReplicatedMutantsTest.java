package io.troupe.persistence.replicated.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.replicated.JournalMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.ClusterMutantHunt;
import io.troupe.sim.mutants.Mutant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every bug of {@link JournalMutants} is found by a counter on every node within its number of seeds.
 *
 * <p>System property: {@code troupe.mutant.seeds} changes how many seeds they are given.
 */
@QuietLogs
class ReplicatedMutantsTest {

    private static final ClusterMutantHunt HUNT =
            new ClusterMutantHunt(CounterRuns.Everywhere.class, ConfigFactory.parseString(CounterRuns.CONFIG));

    static List<Mutant> first() {
        return JournalMutants.first();
    }

    static List<Mutant> others() {
        return JournalMutants.others();
    }

    @ParameterizedTest
    @MethodSource("first")
    void theSimulationFinds(Mutant bug) throws Exception {
        HUNT.mustFind(bug);
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("others")
    void theSimulationFindsTheOthers(Mutant bug) throws Exception {
        HUNT.mustFind(bug);
    }
}
