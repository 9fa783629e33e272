package io.troupe.persistence.replicated.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.replicated.JournalMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.ClusterMutantHunt;
import java.util.List;
import java.util.Optional;
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

    static List<JournalMutants.Budgeted> first() {
        return JournalMutants.first();
    }

    static List<JournalMutants.Budgeted> others() {
        return JournalMutants.others();
    }

    @ParameterizedTest
    @MethodSource("first")
    void theSimulationFinds(JournalMutants.Budgeted bug) throws Exception {
        find(bug);
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("others")
    void theSimulationFindsTheOthers(JournalMutants.Budgeted bug) throws Exception {
        find(bug);
    }

    private static void find(JournalMutants.Budgeted bug) throws ReflectiveOperationException {
        int budget = Integer.getInteger("troupe.mutant.seeds", bug.seeds());
        assertThat(HUNT.seedThatFinds(Optional.of(bug.mutant()), budget))
                .as("%s within %s seeds", bug, budget)
                .isPresent();
    }
}
