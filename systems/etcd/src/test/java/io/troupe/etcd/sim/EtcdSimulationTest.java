package io.troupe.etcd.sim;

import io.troupe.etcd.OnEachEngine;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;

/**
 * The store, its watches and its leases on five nodes of a simulation, whatever fails: what clients are told is one
 * history of revisions, who watches sees each change once and in order over all reconnections or is told that it is
 * compacted, and a lease lives its TTL after the last renewal that was answered, by the fastest clock, and not for ever.
 */
@OnEachEngine
@QuietLogs
class EtcdSimulationTest {

    @Parameter
    private String engine;

    @SimulationTest(seeds = 3)
    void withoutFaultsEverybodyIsServed(Simulation sim) {
        EtcdFaults.withoutFaults(sim, engine);
    }

    @SimulationTest(
            seeds = 100,
            checksReplay = true,
            expects = {
                Reached.WATCH_RESUMED,
                Reached.COMPACTED_WATCH,
                Reached.COMPACTION_OVERTAKES,
                Reached.SLOW_READER,
                Reached.LEASE_OUTLIVES_LEADER,
                Reached.RENEWED_OVER_LEADERS,
                Reached.COMPARE_HOLDS,
                Reached.COMPARE_FAILS,
                Reached.RESTORED,
                Reached.DISK_FAILED,
                Reached.NO_SPACE,
                Reached.UNKNOWN_OUTCOME
            },
            failsOnUnreached = true)
    void whateverFailsHistoryWatchesAndLeasesAreWhatClientsWereTold(Simulation sim) {
        new EtcdFaults(engine).accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 20_000, firstSeed = 100)
    void whateverFailsForManySeeds(Simulation sim) {
        new EtcdFaults(engine).accept(sim);
    }
}
