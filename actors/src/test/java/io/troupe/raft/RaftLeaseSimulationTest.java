package io.troupe.raft;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.slf4j.LoggerFactory;

/** {@link LeaseFaults}, seed after seed: nobody reads under a lease what is no longer true. */
class RaftLeaseSimulationTest {

    private static final int SEEDS = 25;

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.raft"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(
            seeds = SEEDS,
            expects = {Reached.LEASE_READ, Reached.LEASE_OUTLIVED},
            failsOnUnreached = true)
    void aReadUnderALeaseIsLinearizable(Simulation sim) {
        new LeaseFaults().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 5_000, firstSeed = SEEDS)
    void aReadUnderALeaseIsLinearizableForLong(Simulation sim) {
        new LeaseFaults().accept(sim);
    }
}
