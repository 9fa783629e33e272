package io.troupe.cluster.lease.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.lease.LeaseMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.ClusterMutantHunt;
import io.troupe.sim.mutants.Mutant;
import java.util.List;
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

    static List<Mutant> first() {
        return LeaseMutants.first();
    }

    static List<Mutant> others() {
        return LeaseMutants.others();
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
