package io.troupe.cluster.lease.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/** Leases in a consensus group, in stock Pekko clusters whose messages, disks and clocks fail. */
class GroupLeaseTest {

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    /** Leases that are lost are what happens here all the time. */
    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(seeds = 15, checksReplay = true, config = LeaseRuns.CONTEST, expects = "a lease that changed hands")
    void oneHolderAtATimeAndEachWithAHigherToken(ClusterSimulation sim) {
        new LeaseRuns.Contest().accept(sim);
    }

    @SimulationTest(
            seeds = 20,
            config = LeaseRuns.LEASE_MAJORITY,
            expects = {"one cut off", "two cut off"})
    void whenBothSidesFightForTheLeaseExactlyOneLives(ClusterSimulation sim) {
        new LeaseRuns.Partition().accept(sim);
    }
}
