package io.troupe.generals.benor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.generals.Chronicle;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ben-Or 1983, Protocol A. */
class BenOrPaperTest {

    /** Starts p0, p1, … and answers what they decide. */
    static Map<String, Integer> start(Simulation sim, int[] inputs, java.util.function.IntSupplier fixedCoin) {
        int n = inputs.length;
        Map<String, Integer> decisions = new TreeMap<>();
        for (int p = 0; p < n; p++) {
            int self = p;
            sim.node("p" + p, node -> {
                Map<Integer, ActorRef<BenOr.Command>> others = new HashMap<>();
                for (int q = 0; q < n; q++) {
                    if (q != self) {
                        others.put(q, node.peer("p" + q));
                    }
                }
                var random = node.random("coin");
                Chronicle chronicle = (what, value) -> {
                    node.state(what, value);
                    if (what.equals("decision")) {
                        decisions.put(node.name(), (Integer) value);
                    }
                };
                return BenOr.create(
                        self,
                        n,
                        (n - 1) / 2,
                        inputs[self],
                        others,
                        fixedCoin == null ? () -> random.nextInt(2) : fixedCoin,
                        chronicle);
            });
        }
        return decisions;
    }

    @Test
    @DisplayName("agreement, validity and an end, 3,000 schedules, up to f processes falling silent")
    void agreesAndEnds() {
        var rounds = RandomRuns.rounds(3_000);
        System.out.println("Ben-Or, 3 to 5 processes, 3,000 random schedules; the last round of how many: " + rounds);
        assertThat(rounds.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(3_000);
        assertThat(rounds.keySet()).hasSizeGreaterThan(2);
    }

    @Test
    @DisplayName("as actors, five processes, two of which crash")
    void actorsAgreeAlthoughTwoOfFiveCrash() {
        try (var stage = Stage.open()) {
            for (int seed = 0; seed < 200; seed++) {
                try (var sim = stage.simulate(seed)) {
                    sim.network(NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(100)));
                    var random = sim.random("scenario");
                    int[] inputs = random.ints(5, 0, 2).toArray();
                    var decisions = start(sim, inputs, null);
                    Set<String> crashing = new TreeSet<>(List.of("p" + random.nextInt(5), "p" + (seed % 5)));
                    crashing.forEach(
                            victim -> sim.after(Duration.ofMillis(random.nextInt(300)), () -> sim.crash(victim)));
                    sim.runUntil(
                            () -> Set.of("p0", "p1", "p2", "p3", "p4").stream()
                                    .allMatch(name -> decisions.containsKey(name)
                                            || crashing.contains(name)
                                                    && !sim.node(name).isUp()),
                            Duration.ofMinutes(10));
                    assertThat(new TreeSet<>(decisions.values()))
                            .as("seed %d", seed)
                            .hasSize(1);
                    assertThat(inputs).contains(decisions.values().iterator().next());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 3, 1, 0, 'a process of 3 has a number from 0 to 2, not 3'",
        "0, 4, 2, 0, '0 or more and fewer than half of the processes may crash, not 2 of 4 (Ben-Or 1983, Protocol A)'",
        "0, 3, -1, 0, '0 or more and fewer than half of the processes may crash, not -1 of 3 (Ben-Or 1983, Protocol A)'",
        "0, 3, 1, 2, 'an input is 0 or 1, not 2'"
    })
    void aProcessThatCannotBeIsRefused(int self, int n, int f, int input, String why) {
        assertThatThrownBy(() -> BenOr.create(self, n, f, input, Map.of(), () -> 0, (what, value) -> {}))
                .hasMessage(why);
    }
}
