package io.troupe.pbft;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link PbftLosses}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class PbftLossesTest {

    private static final int SEEDS = 40;
    private static final int SOAK_SEEDS = 2_000;

    @SimulationTest(
            seeds = SEEDS,
            expects = {PbftLosses.OF_THE_PRIMARY, PbftLosses.ONE_BEHIND, PbftLosses.CRASH_IN_RECOVERY},
            failsOnUnreached = true,
            checksReplay = true)
    void whoHasLostItsDiskRecovers(Simulation sim) {
        new PbftLosses().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void whoHasLostItsDiskRecoversForLong(Simulation sim) {
        new PbftLosses().accept(sim);
    }
}
