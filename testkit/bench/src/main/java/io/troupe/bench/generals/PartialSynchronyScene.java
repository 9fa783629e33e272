package io.troupe.bench.generals;

import io.troupe.generals.dls.PartialSynchrony;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;

/** Messages come when they like until GST, and on time after it. */
record PartialSynchronyScene(int runs) implements Scene {

    private static final int N = 3;
    private static final Duration ROUND = Duration.ofMillis(100);
    private static final Duration PHASE = ROUND.multipliedBy(4);
    private static final Duration GST = PHASE.multipliedBy(5);

    @Override
    public boolean play(Page page) throws IOException {
        page.heading(
                "PARTIAL SYNCHRONY. Three processes with clocks (DLS 1988, Algorithm 1); until GST three in four messages"
                        + " are lost.");
        Map<Integer, Integer> phases = new TreeMap<>();
        int before = 0;
        boolean agree = true;
        try (var stage = Stage.open()) {
            for (int seed = 0; seed < runs; seed++) {
                try (var sim = stage.simulate(seed)) {
                    if (seed == 0) {
                        sim.recordTrace();
                    }
                    var decisions = run(sim);
                    agree &= new TreeSet<>(decisions.values()).size() == 1;
                    if (sim.now().compareTo(GST) <= 0) {
                        before++;
                    } else {
                        phases.merge((int) (sim.now().minus(GST).toMillis() / PHASE.toMillis()) + 1, 1, Integer::sum);
                    }
                    if (seed == 0) {
                        page.line("One run:");
                        page.diagram(sim, "DLS: chaos until GST, a decision after it", "partial-synchrony.html");
                    }
                }
            }
        }
        page.line(
                "All had decided, in how many of %,d runs: %d before GST already; else in which phase after it:",
                runs, before);
        page.bars("phase", phases);
        return agree;
    }

    private static Map<String, Object> run(Simulation sim) {
        Map<String, Object> decisions = new TreeMap<>();
        for (int p = 0; p < N; p++) {
            int self = p;
            sim.node("p" + p, node -> {
                Map<Integer, ActorRef<PartialSynchrony.Command>> others = new HashMap<>();
                for (int q = 0; q < N; q++) {
                    if (q != self) {
                        others.put(q, node.peer("p" + q));
                    }
                }
                return PartialSynchrony.create(self, 1, self % 2, others, ROUND, (what, value) -> {
                    node.state(what, value);
                    if (what.equals("decision")) {
                        decisions.put(node.name(), value);
                    }
                });
            });
        }
        sim.network(NetworkConditions.good().withLoss(0.75));
        sim.after(GST, () -> sim.network(NetworkConditions.good()));
        sim.runUntil(() -> decisions.size() == N, GST.plus(PHASE.multipliedBy(3 * N)));
        return decisions;
    }
}
