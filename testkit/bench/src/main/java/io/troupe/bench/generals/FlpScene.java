package io.troupe.bench.generals;

import io.troupe.generals.benor.BenOr;
import io.troupe.generals.benor.BenOrProcess;
import io.troupe.generals.flp.AdmissibleRun;
import io.troupe.generals.flp.Adversary;
import io.troupe.generals.flp.Configuration;
import io.troupe.generals.flp.Configuration.Event;
import io.troupe.generals.flp.Valency;
import io.troupe.generals.flp.Valency.Kind;
import io.troupe.sim.Choice;
import io.troupe.sim.Stage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/** Without clocks and without luck there is a schedule on which nobody ever decides. */
record FlpScene(int steps, int runs) implements Scene {

    private static final int COIN = 1;
    private static final List<Integer> INPUTS = List.of(0, 0, 1);
    private static final int DRAWN = 120;

    @Override
    public boolean play(Page page) throws IOException {
        page.heading(
                "FLP. Three processes agree on 0 or 1, one may crash. Ben-Or's protocol with coins that always show 1: safe,"
                        + " and over soon whoever is dead.");
        var valency = new Valency(COIN);
        for (int inputs = 0; inputs < 8; inputs++) {
            var initial = List.of(inputs >> 2 & 1, inputs >> 1 & 1, inputs & 1);
            page.line("inputs %s: %s", initial, words(valency.of(Configuration.initial(initial))));
        }
        page.line(
                "Of all %,d configurations %,d are 0-valent, %,d 1-valent and %,d bivalent: there both can still be decided.",
                valency.size(),
                valency.count(Kind.ZERO_VALENT),
                valency.count(Kind.ONE_VALENT),
                valency.count(Kind.BIVALENT));
        page.gap();
        var adversary = new Adversary(valency, COIN);
        var run = new AdmissibleRun(Configuration.initial(INPUTS), adversary, () -> COIN);
        for (int step = 0; step < steps; step++) {
            run.step();
        }
        boolean isUndecided = run.configuration().decisions().isEmpty() && run.isBivalent();
        page.line(
                "An adversary delivers the messages from %s, every one of them, crashes nobody, and after %,d messages and"
                        + " %,d rounds",
                INPUTS, steps, run.configuration().round());
        page.line(isUndecided ? "nobody has decided, and both values are still possible." : "SOMEBODY HAS DECIDED.");
        isUndecided &= drawn(
                page, run.schedule().subList(0, Math.min(DRAWN, run.schedule().size())));
        return isUndecided & luck(page, adversary);
    }

    private static String words(Kind kind) {
        return switch (kind) {
            case NONE -> "nothing can be decided";
            case ZERO_VALENT -> "0-valent";
            case ONE_VALENT -> "1-valent";
            case BIVALENT -> "bivalent";
        };
    }

    /** The actors, on the same schedule. */
    private static boolean drawn(Page page, List<Event> schedule) throws IOException {
        Map<String, Object> decisions = new TreeMap<>();
        try (var stage = Stage.open();
                var sim = stage.simulate(1)) {
            sim.recordTrace();
            int n = INPUTS.size();
            for (int p = 0; p < n; p++) {
                int self = p;
                sim.node("p" + p, node -> {
                    Map<Integer, ActorRef<BenOr.Command>> others = new HashMap<>();
                    for (int q = 0; q < n; q++) {
                        if (q != self) {
                            others.put(q, node.peer("p" + q));
                        }
                    }
                    return BenOr.create(self, n, 1, INPUTS.get(self), others, () -> COIN, (what, value) -> {
                        node.state(what, value);
                        if (what.equals("decision")) {
                            decisions.put(node.name(), value);
                        }
                    });
                });
            }
            var steering = sim.steer();
            steering.settle();
            for (Event event : schedule) {
                steering.take(Choice.deliver("p" + event.from(), "p" + event.to()));
            }
            page.line("The actors do not decide either; the first %d messages:", schedule.size());
            page.diagram(sim, "FLP: nobody decides", "flp.html");
        }
        return decisions.isEmpty();
    }

    private boolean luck(Page page, Adversary adversary) {
        Map<Integer, Integer> rounds = new TreeMap<>();
        boolean agree = true;
        for (int seed = 0; seed < runs; seed++) {
            var random = new Random(seed);
            var run = new AdmissibleRun(Configuration.initial(INPUTS), adversary, () -> random.nextInt(2));
            while (!run.configuration().processes().stream().allMatch(BenOrProcess::hasDecided)) {
                run.step();
            }
            agree &= run.configuration().decisions().size() == 1;
            rounds.merge(run.configuration().round(), 1, Integer::sum);
        }
        page.gap();
        page.line(
                "The same adversary against Ben-Or's own coins, which it cannot foresee: all decided, in which round, %,d seeds:",
                runs);
        page.bars("round", rounds);
        return agree;
    }
}
