package io.troupe.pbft;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.slf4j.LoggerFactory;

/** {@link PbftOutages}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
class PbftOutagesTest {

    private static final int SEEDS = 40;
    private static final int SOAK_SEEDS = 5_000;

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.pbft"),
            (Logger) LoggerFactory.getLogger("io.troupe.replication"),
            (Logger) LoggerFactory.getLogger("org.apache.pekko"));

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
