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

/** {@link PbftLosses}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
class PbftLossesTest {

    private static final int SEEDS = 40;
    private static final int SOAK_SEEDS = 2_000;

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
