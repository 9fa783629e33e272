package io.troupe.chain;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link ChainLeases}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class ChainLeasesTest {

    private static final int SEEDS = 20;
    private static final int SOAK_SEEDS = 2_000;

    @SimulationTest(
            seeds = SEEDS,
            expects = {ChainLeases.READS_ALONE, ChainLeases.LEFT_OUT_EARLY, ChainLeases.HEADS_CHANGED},
            failsOnUnreached = true,
            checksReplay = true)
    void noReadUnderALeaseIsStale(Simulation sim) {
        new ChainLeases().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void noReadUnderALeaseIsStaleForLong(Simulation sim) {
        new ChainLeases().accept(sim);
    }
}
