package io.troupe.bench.generals;

import io.troupe.generals.Order;
import io.troupe.generals.two.AlliedGeneral;
import io.troupe.generals.two.AlliedGeneral.Plan;
import io.troupe.generals.two.Odds;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import io.troupe.sim.Stage;
import io.troupe.sim.explore.Explorer;
import io.troupe.sim.explore.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** No number of acknowledgements is enough. */
record TwoGeneralsScene(int shown, int runs) implements Scene {

    private static final Duration DAWN = Duration.ofSeconds(10);
    private static final double LOSS = 0.5;

    @Override
    public boolean play(Page page) throws IOException {
        page.heading(
                "TWO GENERALS. a and b win if both attack at dawn; who attacks alone is lost. Their messengers may be"
                        + " caught.");
        boolean isImpossible = true;
        for (int k : List.of(0, 1, 2, 3, 4)) {
            var report = explore(k);
            isImpossible &= report.counterexample().isPresent();
            page.line(
                    "%d acknowledgements: %s",
                    k,
                    report.counterexample()
                            .map(found ->
                                    "one attacks alone after " + found.steps().size()
                                            + " steps, and none are fewer: only the last of " + (k + 1)
                                            + " messengers was caught")
                            .orElse("nobody ever attacks alone"));
        }
        page.gap();
        var found = explore(shown).counterexample().orElseThrow();
        page.line("With %d acknowledgements, step by step:", shown);
        for (int i = 0; i < found.steps().size(); i++) {
            page.line("  %d. %s", i + 1, found.steps().get(i));
        }
        String sender = shown % 2 == 0 ? "a" : "b";
        String receiver = shown % 2 == 0 ? "b" : "a";
        page.line(
                "%s has heard all it was to hear, and attacks. %s waits for messenger %d in vain, and stays.",
                sender, receiver, shown);
        page.line("One acknowledgement more makes %s sure, and leaves %s where %s is now.", sender, receiver, sender);
        page.diagram(found, "two-generals-" + shown + ".html");
        return isImpossible & luck(page);
    }

    private static Report explore(int acknowledgements) {
        var plan = new Plan(acknowledgements, 1, DAWN);
        return Explorer.of(setup -> {
                    setup.statesAreReported();
                    var decisions = start(setup.simulation(), plan);
                    setup.always("nobody attacks alone", () -> {
                        if (decisions.size() == 2 && decisions.get("a") != decisions.get("b")) {
                            throw new AssertionError(decisions.toString());
                        }
                    });
                })
                .timersWaitForMessages()
                .losses(acknowledgements + 1)
                .explore();
    }

    private static Map<String, Order> start(Simulation sim, Plan plan) {
        Map<String, Order> decisions = new TreeMap<>();
        for (String name : List.of("a", "b")) {
            boolean first = name.equals("a");
            sim.node(
                    name,
                    node -> AlliedGeneral.create(
                            plan, first, plan.due(first), node.peer(first ? "b" : "a"), (what, value) -> {
                                node.state(what, value);
                                if (value instanceof Order decision) {
                                    decisions.put(name, decision);
                                }
                            }));
        }
        return decisions;
    }

    private boolean luck(Page page) {
        page.gap();
        page.line(
                "And with luck? Half of all messengers are caught; %,d simulated runs each, and what the formula says:",
                runs);
        page.line("acknowledgements  copies  messengers sent  both attack      nobody attacks   one alone");
        boolean isClose = true;
        try (var stage = Stage.open()) {
            for (var odds : List.of(
                    new Odds(LOSS, 0, 1),
                    new Odds(LOSS, 0, 4),
                    new Odds(LOSS, 0, 8),
                    new Odds(LOSS, 1, 1),
                    new Odds(LOSS, 1, 4),
                    new Odds(LOSS, 2, 1),
                    new Odds(LOSS, 2, 4),
                    new Odds(LOSS, 2, 8))) {
                isClose &= measure(page, stage, odds);
            }
        }
        page.line("Copies buy confidence, and never all of it. Acknowledgements turn defeats into attacks not made.");
        return isClose;
    }

    private boolean measure(Page page, Stage stage, Odds odds) {
        var plan = new Plan(odds.acknowledgements(), odds.copies(), DAWN);
        int together = 0;
        int alone = 0;
        long sent = 0;
        for (int seed = 0; seed < runs; seed++) {
            try (var sim = stage.simulate(seed)) {
                sim.network(NetworkConditions.good().withLoss(LOSS));
                var decisions = start(sim, plan);
                sim.runUntil(() -> decisions.size() == 2, DAWN.plusSeconds(1));
                sent += sim.messagesSent();
                alone += decisions.get("a") != decisions.get("b") ? 1 : 0;
                together += decisions.get("a") == Order.ATTACK && decisions.get("b") == Order.ATTACK ? 1 : 0;
            }
        }
        double both = together / (double) runs;
        double one = alone / (double) runs;
        page.line(
                "%16d  %6d  %15.1f  %.3f (%.3f)    %.3f (%.3f)    %.3f (%.4f)",
                odds.acknowledgements(),
                odds.copies(),
                sent / (double) runs,
                both,
                odds.victory(),
                1 - both - one,
                odds.inaction(),
                one,
                odds.disaster());
        // Four standard deviations.
        double margin = 4 * Math.sqrt(0.25 / runs);
        return Math.abs(both - odds.victory()) < margin && Math.abs(one - odds.disaster()) < margin;
    }
}
