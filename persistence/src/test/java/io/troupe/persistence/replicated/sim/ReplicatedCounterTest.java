package io.troupe.persistence.replicated.sim;

import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;

/**
 * A persistent counter on the replicated journal in stock Pekko clusters of three and five, under partitions, crashes,
 * pauses, slow links and disks, and clocks that drift: no acknowledged increment is lost, and there is one history.
 */
@QuietLogs
class ReplicatedCounterTest {

    @SimulationTest(seeds = 12, checksReplay = true, config = CounterRuns.CONFIG, expects = "a counter that moved")
    void asASingletonItMovesWithAllItsEvents(ClusterSimulation sim) {
        new CounterRuns.Singleton().accept(sim);
    }

    @SimulationTest(seeds = 12, config = CounterRuns.CONFIG)
    void onEveryNodeAtOnceItStillHasOneHistory(ClusterSimulation sim) {
        new CounterRuns.Everywhere().accept(sim);
    }
}
