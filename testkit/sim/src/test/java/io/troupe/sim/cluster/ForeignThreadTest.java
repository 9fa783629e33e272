package io.troupe.sim.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.sim.SimulationFailure;
import java.time.Duration;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;

/** Work of another thread would make the run another one each time: the run fails and says whose it was. */
class ForeignThreadTest {

    @Test
    void aMessageFromAnotherThreadFailsTheRun() throws InterruptedException {
        try (var stage = ClusterStage.open("");
                var sim = stage.simulate(1)) {
            var node = sim.node("n1", context -> Behaviors.<String>empty());
            var thread = new Thread(() -> node.ref().tell("hello"), "somebody-else");
            thread.start();
            thread.join();
            assertThatThrownBy(() -> sim.runFor(Duration.ofSeconds(1)))
                    .isInstanceOf(SimulationFailure.class)
                    .hasMessageContaining("somebody-else");
        }
    }
}
