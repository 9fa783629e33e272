package io.troupe.paxos.synod;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.Tag;

/** {@link SynodFaults}, seed after seed. */
@QuietLogs
class SynodSimulationTest {

    @SimulationTest(seeds = 150, checksReplay = true)
    void oneValueIsChosenWhateverHappens(Simulation sim) {
        new SynodFaults().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = 20_000, firstSeed = 150)
    void oneValueIsChosenWhateverHappensForLong(Simulation sim) {
        new SynodFaults().accept(sim);
    }
}
