package io.troupe.paxos;

import io.troupe.replication.sim.NodeFaults;
import io.troupe.sim.Simulation;
import io.troupe.sim.junit.SimulationTest;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** The first moments of a group. */
class FoundingSimulationTest {

    /** What it had begun to write is not a journal that was lost. */
    @SimulationTest(seeds = 60, checksReplay = true)
    void foundersThatCrashWhileTheyFoundAreFoundersStill(Simulation sim) {
        RandomGenerator random = sim.random("first crashes");
        int founders = 1 + random.nextInt(3);
        var group = new WatchedPaxosGroup(sim, 3, founders, "");
        var faults = new NodeFaults(sim, group.nodes);
        group.names
                .subList(0, founders)
                .forEach(
                        node -> sim.after(Duration.ofNanos(random.nextLong(3_000_000)), () -> faults.crash(node, 300)));
        sim.runFor(Duration.ofSeconds(2));
        group.finish();
    }
}
