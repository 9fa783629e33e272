package io.troupe.raft.sim;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Models;
import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.Verdict;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/**
 * What clients of a group see, whatever fails: every history of gets, puts, appends and compare-and-swaps through
 * sessions is one of a single copy, and when the faults end, service comes back.
 */
class RaftLinearizabilityTest {

    private static final String SMALL_SNAPSHOTS =
            """
            troupe.raft.snapshot-entries = 20
            troupe.raft.retained-entries = 5
            """;

    /** Actors fail here by the thousand, as they should. */
    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe.raft"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(seeds = 10)
    void aGroupWithoutFaultsServes(Simulation sim) {
        var cluster = new RaftCluster(sim, 3, SMALL_SNAPSHOTS);
        sim.runFor(Duration.ofSeconds(10));
        assertThat(cluster.recorder().history().count(Outcome.OK)).isGreaterThan(100);
        assertLinearizable(cluster);
    }

    @SimulationTest(seeds = 40)
    void whateverFailsNothingAcknowledgedIsLostAndServiceComesBack(Simulation sim) {
        var cluster = new RaftCluster(sim, 5, SMALL_SNAPSHOTS);
        sim.nemesis(
                Duration.ofSeconds(20),
                Duration.ofSeconds(1),
                Fault.partitions(),
                Fault.crashes(),
                Fault.pauses(),
                Fault.clockDrift(0.2),
                Fault.badNetwork(0.2, Duration.ofMillis(100)),
                Fault.slowDisks(Duration.ofMillis(100)),
                Fault.failingDisks(0.3));
        sim.runFor(Duration.ofSeconds(20));
        sim.heal();
        long before = cluster.recorder().history().count(Outcome.OK);
        var askedAtStep = new AtomicLong();
        sim.runUntil(
                () -> {
                    if (sim.steps() < askedAtStep.get() + 1_000) {
                        return false; // Counting costs more than a step.
                    }
                    askedAtStep.set(sim.steps());
                    return cluster.recorder().history().count(Outcome.OK) >= before + 20;
                },
                Duration.ofSeconds(30));
        assertLinearizable(cluster);
    }

    private static void assertLinearizable(RaftCluster cluster) {
        assertThat(Linearizability.check(
                        Models.keyValue(), cluster.recorder().history(), Limits.within(Duration.ofSeconds(30))))
                .isInstanceOf(Verdict.Valid.class);
    }
}
