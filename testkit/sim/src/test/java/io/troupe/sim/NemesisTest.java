package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NemesisTest {

    private static final Duration LENGTH = Duration.ofSeconds(20);
    private static final Fault[] EVERY_KIND = {
        Fault.partitions(),
        Fault.crashes(),
        Fault.pauses(),
        Fault.clockDrift(0.2),
        Fault.badNetwork(0.2, Duration.ofMillis(50)),
        Fault.slowDisks(Duration.ofMillis(50)),
    };

    @Test
    void everyKindOfFaultHappensAndAtTheEndEverythingIsCured() {
        var kinds = new HashSet<String>();
        try (var stage = TestStage.open()) {
            for (int seed = 0; seed < 20; seed++) {
                try (var sim = stage.simulate(seed)) {
                    var nodes = sim.nodes(5, Gossiper::create);
                    sim.nemesis(LENGTH, Duration.ofMillis(500), EVERY_KIND);
                    sim.runFor(LENGTH);
                    sim.faults().forEach(fault -> kinds.add(fault.split(": ")[1].split(" ")[0]));
                    assertThat(nodes).allMatch(Node::isUp).noneMatch(Node::isPaused);
                    long lostBefore = sim.messagesLost();
                    sim.runFor(Duration.ofSeconds(2));
                    assertThat(sim.messagesLost()).as("seed %d", seed).isEqualTo(lostBefore);
                }
            }
        }
        assertThat(kinds).containsExactlyInAnyOrder("partition", "crash", "pause", "clock", "bad", "slow");
    }

    @Test
    void faultsLeftOutLeaveTheOthersAsTheyWere() {
        try (var stage = TestStage.open()) {
            List<String> all = faults(stage, FaultFilter.all());
            assertThat(all.size()).isGreaterThan(10);
            List<String> some = faults(stage, FaultFilter.only(Set.of(2, 5)));
            assertThat(some).hasSize(2).isSubsetOf(all);
            assertThat(faults(stage, FaultFilter.parse("none"))).isEmpty();
        }
    }

    private static List<String> faults(Stage stage, FaultFilter filter) {
        try (var sim = stage.simulate(3, filter)) {
            sim.nodes(5, Gossiper::create);
            sim.nemesis(LENGTH, Duration.ofMillis(500), Fault.partitions(), Fault.clockDrift(0.2));
            sim.runFor(LENGTH);
            return sim.faults();
        }
    }
}
