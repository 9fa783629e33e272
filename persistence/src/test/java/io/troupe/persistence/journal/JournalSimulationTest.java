package io.troupe.persistence.journal;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;

/** {@link JournalCrashes} over many seeds. */
class JournalSimulationTest {

    @SimulationTest(seeds = 300, checksReplay = true, config = JournalCrashes.CONFIG)
    void everythingAcknowledgedIsRecoveredHoweverOftenAndWhereverTheNodeCrashes(Simulation sim) {
        new JournalCrashes().accept(sim);
    }
}
