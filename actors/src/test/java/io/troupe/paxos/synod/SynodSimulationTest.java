package io.troupe.paxos.synod;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.slf4j.LoggerFactory;

/** {@link SynodFaults}, seed after seed. */
class SynodSimulationTest {

    /** Actors fail here by the hundred, as they should. */
    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.paxos"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

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
