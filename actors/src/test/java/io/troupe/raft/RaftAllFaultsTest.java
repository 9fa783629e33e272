package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** {@link AllFaults}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class RaftAllFaultsTest {

    private static final int SEEDS = 500;
    private static final int SOAK_SEEDS = 20_000;

    private static final AllFaults.Coverage COVERAGE = new AllFaults.Coverage();
    private static long begun;

    @BeforeAll
    static void begin() {
        begun = System.nanoTime();
    }

    @AfterAll
    static void theRunsCameToEverything() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "%d runs: %d terms with a leader, %d writes and %d reads acknowledged, %d snapshots restored,"
                        + " %d configurations, %d of them joint; %.0f virtual seconds in %.1f s, %.0f a second%n",
                COVERAGE.runs,
                COVERAGE.terms,
                COVERAGE.writes,
                COVERAGE.reads,
                COVERAGE.snapshotsRestored,
                COVERAGE.changes,
                COVERAGE.jointChanges,
                COVERAGE.virtualMillis / 1e3,
                seconds,
                COVERAGE.virtualMillis / 1e3 / seconds);
        if (COVERAGE.runs >= 100) {
            assertThat(COVERAGE.terms).isGreaterThan(2 * COVERAGE.runs);
            assertThat(COVERAGE.writes).isGreaterThan(50 * COVERAGE.runs);
            assertThat(COVERAGE.reads).isGreaterThan(20 * COVERAGE.runs);
            assertThat(COVERAGE.snapshotsRestored).isGreaterThan(COVERAGE.runs);
            assertThat(COVERAGE.changes).isGreaterThan(2 * COVERAGE.runs);
            assertThat(COVERAGE.jointChanges).isGreaterThan(COVERAGE.runs / 2);
        }
    }

    @SimulationTest(
            seeds = SEEDS,
            checksReplay = true,
            expects = {
                Reached.LEADER_CHANGE_DURING_CHANGE,
                Reached.LEADER_CHANGE_WHILE_JOINT,
                Reached.CONFIGURATION_TRUNCATED,
                Reached.LEADER_REMOVED,
                Reached.TRANSFERRED,
                Reached.TRANSFER_WAITED,
                Reached.TRANSFER_GIVEN_UP,
                Reached.WITNESS_DECIDES,
                Reached.SUFFIX_OVERWRITTEN,
                Reached.SNAPSHOT_INSTALLED,
                Reached.INSTALL_INTERRUPTED,
                Reached.INSTALL_RESUMED,
                Reached.RECOVERED_FROM_SNAPSHOT
            },
            failsOnUnreached = true)
    void fiveNodesKeepEveryPromise(Simulation sim) {
        new AllFaults(COVERAGE).accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void fiveNodesKeepEveryPromiseForLong(Simulation sim) {
        new AllFaults(COVERAGE).accept(sim);
    }
}
