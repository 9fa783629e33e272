package io.troupe.cluster.lease.sim;

import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.junit.QuietLogs;
import io.troupe.sim.junit.SimulationTest;

/** Leases in a consensus group, in stock Pekko clusters whose messages, disks and clocks fail. */
@QuietLogs
class GroupLeaseTest {

    @SimulationTest(seeds = 10, checksReplay = true, config = LeaseRuns.CONTEST, expects = "a lease that changed hands")
    void oneHolderAtATimeAndEachWithAHigherToken(ClusterSimulation sim) {
        new LeaseRuns.Contest().accept(sim);
    }

    @SimulationTest(
            seeds = 12,
            config = LeaseRuns.LEASE_MAJORITY,
            expects = {"one cut off", "two cut off"})
    void whenBothSidesFightForTheLeaseExactlyOneLives(ClusterSimulation sim) {
        new LeaseRuns.Partition().accept(sim);
    }
}
