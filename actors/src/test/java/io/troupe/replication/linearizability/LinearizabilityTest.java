package io.troupe.replication.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainEngine;
import io.troupe.paxos.PaxosEngine;
import io.troupe.pbft.PbftEngine;
import io.troupe.raft.RaftEngine;
import io.troupe.sim.Simulation;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Models;
import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.Verdict;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients of a group see, whatever its engine and whatever fails: every history of gets, puts, appends and
 * compare-and-swaps through sessions is one of a single copy, and when the faults end, service comes back.
 */
@QuietLogs
class LinearizabilityTest {

    private static final int SEEDS = 10;
    private static final Duration FAULTS = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @SimulationTest(seeds = SEEDS)
    void ofRaft(Simulation sim) {
        whateverFailsClientsSeeOneCopyAndServiceComesBack(sim, RaftEngine.NAME);
    }

    @SimulationTest(seeds = SEEDS)
    void ofMultiPaxos(Simulation sim) {
        whateverFailsClientsSeeOneCopyAndServiceComesBack(sim, PaxosEngine.NAME);
    }

    @SimulationTest(seeds = SEEDS)
    void ofAChain(Simulation sim) {
        whateverFailsClientsSeeOneCopyAndServiceComesBack(sim, ChainEngine.NAME);
    }

    /** Of one that fails in every way but to lie: {@link io.troupe.pbft.PbftAllFaultsTest} has the liars. */
    @SimulationTest(seeds = SEEDS)
    void ofPbft(Simulation sim) {
        whateverFailsClientsSeeOneCopyAndServiceComesBack(sim, PbftEngine.NAME);
    }

    private static void whateverFailsClientsSeeOneCopyAndServiceComesBack(Simulation sim, String engine) {
        var group = new KeyValueGroup(sim, engine, engine.equals(PbftEngine.NAME) ? 4 : 5);
        group.faults().nemesis(FAULTS);
        sim.runFor(FAULTS);
        sim.heal();
        long before = acknowledged(group);
        var askedAtStep = new AtomicLong();
        sim.runUntil(
                () -> {
                    if (sim.steps() < askedAtStep.get() + 1_000) {
                        return false; // Counting costs more than a step.
                    }
                    askedAtStep.set(sim.steps());
                    return acknowledged(group) >= before + 20;
                },
                PATIENCE);
        assertThat(acknowledged(group)).as("operations acknowledged").isGreaterThan(100);
        assertThat(Linearizability.check(
                        Models.keyValue(), group.recorder().history(), Limits.within(Duration.ofSeconds(30))))
                .isInstanceOf(Verdict.Valid.class);
    }

    private static long acknowledged(KeyValueGroup group) {
        return group.recorder().history().count(Outcome.OK);
    }
}
