package io.troupe.paxos;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link PromisesInParts}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class PromisesInPartsTest {

    private static final int SEEDS = 20;
    private static final int SOAK_SEEDS = 2_000;

    @SimulationTest(seeds = SEEDS)
    void noVoteIsLeftOut(Simulation sim) {
        new PromisesInParts().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void noVoteIsLeftOutForLong(Simulation sim) {
        new PromisesInParts().accept(sim);
    }
}
