package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** {@link PaxosFaults}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class PaxosAllFaultsTest {

    private static final int SEEDS = 500;
    private static final int SOAK_SEEDS = 20_000;

    private static final PaxosFaults.Coverage COVERAGE = new PaxosFaults.Coverage();
    private static long begun;

    @BeforeAll
    static void begin() {
        begun = System.nanoTime();
    }

    @AfterAll
    static void theRunsCameToEverything() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "%d runs: %d ballots, %d instances decided, %d writes and %d reads acknowledged, %d snapshots restored,"
                        + " %d changes of members, %d promotions, %d journals lost, %d of them damaged; %.0f virtual seconds in %.1f s, %.0f a second%n",
                COVERAGE.runs,
                COVERAGE.ballots,
                COVERAGE.instances,
                COVERAGE.writes,
                COVERAGE.reads,
                COVERAGE.snapshotsRestored,
                COVERAGE.changes,
                COVERAGE.promotions,
                COVERAGE.journalsLost,
                COVERAGE.journalsDamaged,
                COVERAGE.virtualMillis / 1e3,
                seconds,
                COVERAGE.virtualMillis / 1e3 / seconds);
        if (COVERAGE.runs >= 100) {
            assertThat(COVERAGE.ballots).isGreaterThan(2 * COVERAGE.runs);
            assertThat(COVERAGE.writes).isGreaterThan(50 * COVERAGE.runs);
            assertThat(COVERAGE.reads).isGreaterThan(20 * COVERAGE.runs);
            assertThat(COVERAGE.snapshotsRestored).isGreaterThan(COVERAGE.runs);
            assertThat(COVERAGE.changes).isGreaterThan(COVERAGE.runs);
            assertThat(COVERAGE.promotions).isGreaterThan(COVERAGE.runs / 5);
            assertThat(COVERAGE.journalsLost).isGreaterThan(COVERAGE.runs / 20);
            assertThat(COVERAGE.journalsDamaged).isGreaterThan(COVERAGE.runs / 20);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void fiveReplicasKeepEveryPromise(Simulation sim) {
        new PaxosFaults(COVERAGE).accept(sim);
    }

    /** Who had promised, late, to know more to be decided did not answer; others knew no more, and the leader asked nobody again. */
    @SimulationTest(seeds = 1, firstSeed = 11229)
    void aLeaderLearnsWhatIsDecided(Simulation sim) {
        new PaxosFaults().accept(sim);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void fiveReplicasKeepEveryPromiseForLong(Simulation sim) {
        new PaxosFaults(COVERAGE).accept(sim);
    }
}
