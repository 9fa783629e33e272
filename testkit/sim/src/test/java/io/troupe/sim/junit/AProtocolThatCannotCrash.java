package io.troupe.sim.junit;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Fault;
import io.troupe.sim.Simulation;
import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Fails in every seed in which n2 crashes; run by {@link SimulationExtensionTest} alone. */
class AProtocolThatCannotCrash {

    @SimulationTest(seeds = 10)
    void survives(Simulation sim) {
        sim.nodes(3, node -> Behaviors.ignore());
        sim.nemesis(Duration.ofSeconds(10), Duration.ofMillis(300), Fault.pauses(), Fault.crashes());
        sim.afterEveryStep("n2 is up", () -> assertThat(sim.node("n2").isUp()).isTrue());
        sim.runFor(Duration.ofSeconds(10));
    }
}
