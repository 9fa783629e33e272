package io.troupe.cluster.lease.sim;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.lease.LeaseMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.ClusterMutantHunt;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every bug of {@link LeaseMutants} is found by the contest for a lease within its number of seeds.
 *
 * <p>System property: {@code troupe.mutant.seeds} changes how many seeds they are given.
 */
@QuietLogs
class LeaseMutantsTest {

    private static final ClusterMutantHunt HUNT =
            new ClusterMutantHunt(LeaseRuns.Contest.class, ConfigFactory.parseString(LeaseRuns.CONTEST));

    static List<LeaseMutants.Budgeted> first() {
        return LeaseMutants.first();
    }

    static List<LeaseMutants.Budgeted> others() {
        return LeaseMutants.others();
    }

    @ParameterizedTest
    @MethodSource("first")
    void theSimulationFinds(LeaseMutants.Budgeted bug) throws Exception {
        find(bug);
    }

    @Tag("soak")
    @ParameterizedTest
    @MethodSource("others")
    void theSimulationFindsTheOthers(LeaseMutants.Budgeted bug) throws Exception {
        find(bug);
    }

    private static void find(LeaseMutants.Budgeted bug) throws ReflectiveOperationException {
        int budget = Integer.getInteger("troupe.mutant.seeds", bug.seeds());
        assertThat(HUNT.seedThatFinds(Optional.of(bug.mutant()), budget))
                .as("%s within %s seeds", bug, budget)
                .isPresent();
    }
}
