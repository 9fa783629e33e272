package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;

class SimulationExtensionTest {

    private static final List<Long> SEEDS = new ArrayList<>();

    @SimulationTest(seeds = 20, firstSeed = 5)
    void everySeedGetsARunOfItsOwn(Simulation sim) {
        SEEDS.add(sim.seed());
        assertThat(sim.now()).isZero();
        var ticks = new ArrayList<String>();
        sim.node(
                "n1",
                node -> Behaviors.withTimers(timers -> {
                    timers.startTimerAtFixedRate("tick", Duration.ofSeconds(1));
                    return Behaviors.receiveMessage(tick -> {
                        ticks.add(tick.toString());
                        return Behaviors.same();
                    });
                }));
        sim.runFor(Duration.ofSeconds(10));
        assertThat(ticks).hasSize(10);
    }

    @AfterAll
    static void allSeedsWereRun() {
        if (System.getProperty("troupe.seed") == null && System.getProperty("troupe.seeds") == null) {
            assertThat(SEEDS).hasSize(20).startsWith(5L).endsWith(24L).isSorted();
        }
    }
}
