package io.troupe.generals.dls;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Until GST most messages are lost and the others take up to three rounds; up to f processes crash at any time. Nobody ever
 * decides what another does not, and soon after GST all have decided.
 */
final class ChaosBeforeGst implements Runnable {

    private static final Duration ROUND = Duration.ofMillis(100);

    @Override
    public void run() {
        try (var stage = Stage.open()) {
            phasesAfterGst(stage, 150);
        }
    }

    /** For each run in which somebody decided after GST, how many phases after it the last did. */
    static List<Integer> phasesAfterGst(Stage stage, int runs) {
        List<Integer> phases = new ArrayList<>();
        for (int seed = 0; seed < runs; seed++) {
            phases.add(run(stage, seed));
        }
        return phases;
    }

    private static int run(Stage stage, long seed) {
        try (var sim = stage.simulate(seed)) {
            var random = sim.random("scenario");
            int n = seed % 3 == 0 ? 5 : 3;
            int f = (n - 1) / 2;
            Map<String, Integer> decisions = new TreeMap<>();
            Set<Integer> inputs = new TreeSet<>();
            for (int p = 0; p < n; p++) {
                int self = p;
                int input = random.nextInt(2);
                inputs.add(input);
                sim.node("p" + p, node -> {
                    Map<Integer, ActorRef<PartialSynchrony.Command>> others = new HashMap<>();
                    IntStream.range(0, n).filter(q -> q != self).forEach(q -> others.put(q, node.peer("p" + q)));
                    return PartialSynchrony.create(self, f, input, others, ROUND, (what, value) -> {
                        node.state(what, value);
                        if (what.equals("decision")) {
                            decisions.put(node.name(), (Integer) value);
                        }
                    });
                });
            }
            sim.network(NetworkConditions.good()
                    .withLoss(0.3 + 0.4 * random.nextDouble())
                    .withLatency(Duration.ZERO, ROUND.multipliedBy(seed % 2 == 0 ? 1 : 3)));
            for (int crash = 0; crash < random.nextInt(f + 1); crash++) {
                String victim = "p" + random.nextInt(n);
                sim.after(Duration.ofMillis(random.nextInt(6_000)), () -> {
                    if (sim.node(victim).isUp()) {
                        sim.crash(victim);
                    }
                });
            }
            sim.afterEveryStep("agreement and validity", () -> {
                assertThat(new TreeSet<>(decisions.values())).as("agreement").hasSizeLessThan(2);
                assertThat(inputs).as("validity").containsAll(decisions.values());
            });
            var gst = ROUND.multipliedBy(40);
            sim.runFor(gst);
            sim.network(NetworkConditions.good());
            // What is under way takes up to three rounds more; then two turns of every coordinator suffice.
            sim.runUntil(
                    () -> IntStream.range(0, n)
                            .allMatch(p -> decisions.containsKey("p" + p)
                                    || !sim.node("p" + p).isUp()),
                    ROUND.multipliedBy(4 * (2L * n + 2) + 30));
            return (int)
                    (sim.now().minus(gst).toMillis() / ROUND.multipliedBy(4).toMillis());
        }
    }
}
