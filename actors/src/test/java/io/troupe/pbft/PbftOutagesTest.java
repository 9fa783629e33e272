package io.troupe.pbft;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link PbftOutages}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class PbftOutagesTest {

    private static final int SEEDS = 40;
    private static final int SOAK_SEEDS = 5_000;

    @SimulationTest(
            seeds = SEEDS,
            expects = {PbftOutages.ONE_AHEAD_IN_STATE, PbftOutages.ONE_AHEAD_IN_VIEW},
            failsOnUnreached = true,
            checksReplay = true)
    void theGroupServesAgain(Simulation sim) {
        new PbftOutages().accept(sim);
    }

    /** In seed 134 what a view began with had waited too long before, so it was left at once, and the next, for ever. */
    @SimulationTest(seeds = 1, firstSeed = 134)
    void everyViewHasItsTime(Simulation sim) {
        new PbftOutages().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void theGroupServesAgainForLong(Simulation sim) {
        new PbftOutages().accept(sim);
    }
}
