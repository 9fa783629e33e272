package io.troupe.etcd.sim;

import com.typesafe.config.ConfigFactory;
import io.troupe.etcd.lease.LeaseMutants;
import io.troupe.etcd.mvcc.StoreMutants;
import io.troupe.etcd.watch.WatchMutants;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.mutants.Mutant;
import io.troupe.sim.mutants.MutantHunt;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every classic bug of {@link LeaseMutants}, {@link StoreMutants} and {@link WatchMutants} is found by {@link EtcdFaults}
 * within its number of seeds. Without a mutant {@link EtcdSimulationTest} runs the same.
 *
 * <p>System properties: {@code troupe.mutant} tries those named in it alone, {@code troupe.mutant.seeds} changes how many
 * seeds they are given.
 */
@QuietLogs
class EtcdMutantsTest {

    private static final MutantHunt HUNT = new MutantHunt(EtcdFaults.class, ConfigFactory.empty());

    static List<Mutant> mutants() {
        return Stream.of(LeaseMutants.all(), StoreMutants.all(), WatchMutants.all())
                .flatMap(List::stream)
                .filter(Mutant::isAskedFor)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSimulationFinds(Mutant mutant) throws Exception {
        HUNT.mustFind(mutant);
    }
}
