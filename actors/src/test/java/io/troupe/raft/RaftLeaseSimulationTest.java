package io.troupe.raft;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link LeaseFaults}, seed after seed: nobody reads under a lease what is no longer true. */
@QuietLogs
class RaftLeaseSimulationTest {

    private static final int SEEDS = 25;

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
