package io.troupe.persistence.replicated.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.troupe.sim.cluster.ClusterSimulation;
import io.troupe.sim.junit.SimulationTest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.slf4j.LoggerFactory;

/**
 * A persistent counter on the replicated journal in stock Pekko clusters of three and five, under partitions, crashes,
 * pauses, slow links and disks, and clocks that drift: no acknowledged increment is lost, and there is one history.
 */
class ReplicatedCounterTest {

    private static final List<Logger> NOISY = List.of(
            (Logger) LoggerFactory.getLogger("io.troupe"), (Logger) LoggerFactory.getLogger("org.apache.pekko"));

    /** Writes that fail, and actors that stop for it, are what happens here all the time. */
    @BeforeAll
    static void quiet() {
        NOISY.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @AfterAll
    static void asBefore() {
        NOISY.forEach(logger -> logger.setLevel(null));
    }

    @SimulationTest(seeds = 12, checksReplay = true, config = CounterRuns.CONFIG, expects = "a counter that moved")
    void asASingletonItMovesWithAllItsEvents(ClusterSimulation sim) {
        new CounterRuns.Singleton().accept(sim);
    }

    @SimulationTest(seeds = 12, config = CounterRuns.CONFIG)
    void onEveryNodeAtOnceItStillHasOneHistory(ClusterSimulation sim) {
        new CounterRuns.Everywhere().accept(sim);
    }
}
