package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** {@link PbftFaults}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class PbftAllFaultsTest {

    private static final int SEEDS = 500;
    private static final int SOAK_SEEDS = 20_000;

    private static final PbftFaults.Coverage COVERAGE = new PbftFaults.Coverage();
    private static long begun;

    @BeforeAll
    static void begin() {
        begun = System.nanoTime();
    }

    @AfterAll
    static void theRunsCameToEverything() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "%d runs: %d views, %d batches, %d executed in reserve, %d tentatively and %d of those taken back, %d writes and %d reads acknowledged, %d states restored;"
                        + " %.0f virtual seconds in %.1f s, %.0f a second%n",
                COVERAGE.runs,
                COVERAGE.views,
                COVERAGE.batches,
                COVERAGE.inReserve,
                COVERAGE.tentative,
                COVERAGE.takenBack,
                COVERAGE.writes,
                COVERAGE.reads,
                COVERAGE.statesFetchedOrRestored,
                COVERAGE.virtualMillis / 1e3,
                seconds,
                COVERAGE.virtualMillis / 1e3 / seconds);
        if (COVERAGE.runs >= 100) {
            assertThat(COVERAGE.views).isGreaterThan(COVERAGE.runs);
            assertThat(COVERAGE.writes).isGreaterThan(20 * COVERAGE.runs);
            assertThat(COVERAGE.reads).isGreaterThan(5 * COVERAGE.runs);
            assertThat(COVERAGE.inReserve).isGreaterThan(COVERAGE.runs);
            assertThat(COVERAGE.tentative).isGreaterThan(20 * COVERAGE.runs);
            assertThat(COVERAGE.takenBack).isGreaterThan(COVERAGE.runs / 20);
            assertThat(COVERAGE.statesFetchedOrRestored).isGreaterThan(COVERAGE.runs / 2);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void correctReplicasKeepEveryPromise(Simulation sim) {
        PbftFaults.withHeldCommits(COVERAGE).accept(sim);
    }

    /** In seed 1485 batches had committed while the service was at them, when the next was taken back: they were taken for it. */
    @SimulationTest(seeds = 1, firstSeed = 1485)
    void whatHasCommittedIsNotTakenBack(Simulation sim) {
        new PbftFaults(COVERAGE).accept(sim);
    }

    /**
     * In seed 10251 two traitors' clients sealed requests well for each primary alone: one correct primary after the other lost its view
     * by them, each with twice the time of the one before.
     */
    @SimulationTest(seeds = 1, firstSeed = 10251)
    void faultyClientsEndNoViewAfterTheOther(Simulation sim) {
        new PbftFaults(COVERAGE).accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void correctReplicasKeepEveryPromiseForLong(Simulation sim) {
        PbftFaults.withHeldCommits(COVERAGE).accept(sim);
    }
}
