package io.troupe.sim.junit;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Does in each run what earlier runs have left behind, as if by a clock; run by {@link SimulationExtensionTest} alone. */
class AProtocolOutOfTheSeedsHands {

    private static final AtomicInteger RUNS = new AtomicInteger();

    @SimulationTest(seeds = 3, checksReplay = true)
    void ticks(Simulation sim) {
        int ticks = RUNS.incrementAndGet();
        sim.node(
                "n1",
                node -> Behaviors.withTimers(timers -> {
                    timers.startTimerAtFixedRate("tick", Duration.ofSeconds(10).dividedBy(ticks));
                    return Behaviors.ignore();
                }));
        sim.runFor(Duration.ofSeconds(10));
    }
}
