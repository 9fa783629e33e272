package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Replica;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** {@link ChainFaults}, seed after seed: {@value #SEEDS} of them at every build, {@value #SOAK_SEEDS} when asked to. */
@QuietLogs
class ChainAllFaultsTest {

    private static final int SEEDS = 500;
    private static final int SOAK_SEEDS = 20_000;

    private static final ChainFaults.Coverage COVERAGE = new ChainFaults.Coverage();
    private static long begun;

    @BeforeAll
    static void begin() {
        begun = System.nanoTime();
    }

    @AfterAll
    static void theRunsCameToEverything() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf(
                "%d runs: %d epochs, %d heads handed over, %d times other members, %d updates stable, %d writes and %d reads acknowledged, %d snapshots restored,"
                        + " %.0f virtual seconds in %.1f s, %.0f a second%n",
                COVERAGE.runs,
                COVERAGE.epochs,
                COVERAGE.handOvers,
                COVERAGE.memberships,
                COVERAGE.updates,
                COVERAGE.writes,
                COVERAGE.reads,
                COVERAGE.snapshotsRestored,
                COVERAGE.virtualMillis / 1e3,
                seconds,
                COVERAGE.virtualMillis / 1e3 / seconds);
        if (COVERAGE.runs >= 100) {
            assertThat(COVERAGE.epochs).isGreaterThan(3 * COVERAGE.runs);
            assertThat(COVERAGE.handOvers).isGreaterThan(COVERAGE.runs / 4);
            assertThat(COVERAGE.memberships).isGreaterThan(COVERAGE.runs / 2);
            assertThat(COVERAGE.writes).isGreaterThan(50 * COVERAGE.runs);
            assertThat(COVERAGE.reads).isGreaterThan(20 * COVERAGE.runs);
            assertThat(COVERAGE.snapshotsRestored).isGreaterThan(COVERAGE.runs);
        }
    }

    @SimulationTest(seeds = SEEDS, checksReplay = true)
    void chainsKeepEveryPromise(Simulation sim) {
        new ChainFaults(COVERAGE).accept(sim);
    }

    /** Servers say what they have once a heartbeat, and again before they were answered. */
    @SimulationTest(seeds = 1)
    void roundTripsMayTakeLongerThanHeartbeats(Simulation sim) {
        WatchedChain chain = new WatchedChain(sim, 3, Arrangement.CHAIN, false);
        sim.network(NetworkConditions.good().withLatency(Duration.ofMillis(60), Duration.ofMillis(60)));
        sim.runFor(Duration.ofSeconds(3));
        assertThat(chain.clients.reads()).isGreaterThan(10);
        int before = chain.clients.writes();
        chain.clients
                .replica("n1")
                .tell(new Replica.TransferLeadership(
                        Optional.of("n2"), sim.system().deadLetters().unsafeUpcast()));
        sim.runFor(Duration.ofSeconds(3));
        assertThat(chain.latest().head()).isEqualTo("n2");
        assertThat(chain.clients.writes()).isGreaterThan(before + 10);
    }

    @Tag("soak")
    @SimulationTest(seeds = SOAK_SEEDS, firstSeed = SEEDS)
    void chainsKeepEveryPromiseForLong(Simulation sim) {
        new ChainFaults(COVERAGE).accept(sim);
    }
}
