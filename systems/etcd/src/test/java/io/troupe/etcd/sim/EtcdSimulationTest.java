package io.troupe.etcd.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.etcd.OnEachEngine;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.Parameter;
import org.slf4j.LoggerFactory;

/**
 * The store, its watches and its leases on five nodes of a simulation, whatever fails: what clients are told is one
 * history of revisions, who watches sees each change once and in order over all reconnections or is told that it is
 * compacted, and a lease lives its TTL after the last renewal that was answered, by the fastest clock, and not for ever.
 */
@OnEachEngine
class EtcdSimulationTest {

    @Parameter
    private String engine;

    /** Actors fail here by the thousand, as they should. */
    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(seeds = 3)
    void withoutFaultsEverybodyIsServed(Simulation sim) {
        EtcdFaults.withoutFaults(sim, engine);
    }

    @SimulationTest(
            seeds = 150,
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
    @SimulationTest(seeds = 20_000, firstSeed = 150)
    void whateverFailsForManySeeds(Simulation sim) {
        new EtcdFaults(engine).accept(sim);
    }
}
