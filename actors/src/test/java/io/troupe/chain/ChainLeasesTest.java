package io.troupe.chain;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.slf4j.LoggerFactory;

/** {@link ChainLeases}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
class ChainLeasesTest {

    private static final int SEEDS = 20;
    private static final int SOAK_SEEDS = 2_000;

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.chain"),
            (Logger) LoggerFactory.getLogger("io.troupe.raft"),
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
