package io.troupe.generals.flp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.generals.benor.BenOrProcess;
import io.troupe.generals.benor.FixedCoin;
import io.troupe.generals.flp.Configuration.Event;
import io.troupe.generals.flp.Valency.Kind;
import io.troupe.sim.Choice;
import io.troupe.sim.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Fischer, Lynch and Paterson 1985, lemma by lemma, for one protocol and all its configurations. */
class FlpPaperTest {

    private static final int COIN = 1;

    private final Valency valency = new Valency(COIN);
    private final Adversary adversary = new Adversary(valency, COIN);

    private static Configuration initial(int inputs) {
        return Configuration.initial(List.of(inputs >> 2 & 1, inputs >> 1 & 1, inputs & 1));
    }

    /** Every configuration reachable from any initial one, one for each key. */
    private static List<Configuration> reachable() {
        List<Configuration> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        var frontier = new ArrayDeque<Configuration>();
        for (int inputs = 0; inputs < 8; inputs++) {
            frontier.add(initial(inputs));
        }
        while (!frontier.isEmpty()) {
            var configuration = frontier.remove();
            if (seen.add(configuration.key())) {
                all.add(configuration);
                configuration
                        .events()
                        .forEach(event -> frontier.add(
                                configuration.after(event, () -> COIN).settled()));
            }
        }
        return all;
    }

    @Test
    @DisplayName("§2: the protocol is partially correct: no reachable configuration has two decisions, and both occur")
    void theProtocolIsSafe() {
        for (int inputs = 0; inputs < 8; inputs++) {
            valency.of(initial(inputs));
        }
        assertThat(valency.disagreements()).isZero();
        assertThat(valency.count(Kind.NONE)).isZero();
        assertThat(valency.size()).isEqualTo(reachable().size());
        System.out.printf(
                "FLP, 3 processes, 1 may crash: %d configurations, %d of them 0-valent, %d 1-valent, %d bivalent%n",
                valency.size(),
                valency.count(Kind.ZERO_VALENT),
                valency.count(Kind.ONE_VALENT),
                valency.count(Kind.BIVALENT));
    }

    @Test
    @DisplayName(
            "§2: it would be totally correct, were it not for schedules: whichever process is dead, a decision is near")
    void anyOneProcessMayBeDead() {
        for (var configuration : reachable()) {
            for (int dead = 0; dead < 3; dead++) {
                var now = configuration;
                for (int i = 0; i < 200 && now.decisions().isEmpty(); i++) {
                    int crashed = dead;
                    // In turn, the two others exchange what is under way between them.
                    var events = now.events().stream()
                            .filter(event -> event.to() != crashed && event.from() != crashed)
                            .toList();
                    now = now.after(events.get(i % events.size()), () -> COIN);
                }
                assertThat(now.decisions())
                        .as("p%d dead in %s", dead, configuration)
                        .isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("Lemma 2: there is a bivalent initial configuration")
    void aBivalentInitialConfigurationExists() {
        assertThat(valency.of(initial(0b000))).isEqualTo(Kind.ZERO_VALENT);
        assertThat(valency.of(initial(0b111))).isEqualTo(Kind.ONE_VALENT);
        assertThat(List.of(0b001, 0b010, 0b100))
                .allSatisfy(inputs -> assertThat(valency.of(initial(inputs))).isEqualTo(Kind.BIVALENT));
    }

    @Test
    @DisplayName(
            "Lemma 3: from every bivalent configuration, with every event that can be: one can go on to a bivalent one")
    void bivalenceCanAlwaysBeKept() {
        int checked = 0;
        for (var configuration : reachable()) {
            if (valency.isBivalent(configuration)) {
                for (var event : configuration.events()) {
                    var schedule = adversary.extend(configuration, event);
                    assertThat(schedule).as("%s in %s", event, configuration).isPresent();
                    assertThat(schedule.get()).endsWith(event).containsOnlyOnce(event);
                    checked++;
                }
            }
        }
        assertThat(checked).isGreaterThan(100);
    }

    @Test
    @DisplayName("Theorem 1: an admissible run in which nobody ever decides, as long as asked")
    void nobodyEverDecides() {
        var run = new AdmissibleRun(initial(0b001), adversary, () -> COIN);
        Map<Integer, Integer> received = new TreeMap<>();
        for (int i = 0; i < 10_000; i++) {
            received.merge(run.step().orElseThrow().to(), 1, Integer::sum);
            assertThat(run.configuration().decisions()).isEmpty();
        }
        assertThat(run.isBivalent()).isTrue();
        // Admissible: every process goes on receiving, and no message waits for ever.
        assertThat(received.values()).hasSize(3).allSatisfy(count -> assertThat(count)
                .isGreaterThan(2_000));
        assertThat(run.configuration().links())
                .allSatisfy(link -> assertThat(link).hasSizeLessThan(20));
        assertThat(run.stages()).isGreaterThan(1_000);
        assertThat(run.configuration().round()).isGreaterThan(500);
    }

    @Test
    @DisplayName("Theorem 1: the actors do not decide either, on that schedule; and do as soon as it ends")
    void theActorsDoNotDecide() {
        var run = new AdmissibleRun(initial(0b001), adversary, () -> COIN);
        for (int i = 0; i < 1_000; i++) {
            run.step();
        }
        try (var stage = Stage.open();
                var sim = stage.simulate(1)) {
            var decisions = FixedCoin.start(sim, new int[] {0, 0, 1}, COIN);
            var steering = sim.steer();
            steering.settle();
            for (Event event : run.schedule()) {
                steering.take(Choice.deliver("p" + event.from(), "p" + event.to()));
            }
            assertThat(decisions).isEmpty();
            for (int i = 0; i < 200 && decisions.isEmpty(); i++) {
                steering.take(i % 2 == 0 ? Choice.deliver("p0", "p1") : Choice.deliver("p1", "p0"));
            }
            assertThat(decisions).isNotEmpty();
        }
    }

    @Test
    @DisplayName("Ben-Or: the same adversary, and coins that it does not foresee: all decide, soon")
    void luckBeatsTheAdversary() {
        Map<Integer, Integer> rounds = new TreeMap<>();
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            int inputs = seed % 8;
            var run = new AdmissibleRun(initial(inputs), adversary, () -> random.nextInt(2));
            while (!run.configuration().processes().stream().allMatch(BenOrProcess::hasDecided)) {
                assertThat(run.step()).as("seed %d", seed).isPresent();
                assertThat(run.schedule()).as("seed %d", seed).hasSizeLessThan(5_000);
            }
            var decisions = run.configuration().decisions();
            assertThat(decisions).as("seed %d: agreement", seed).hasSize(1);
            assertThat(inputs == 0 && decisions.contains(1) || inputs == 7 && decisions.contains(0))
                    .as("seed %d: validity", seed)
                    .isFalse();
            rounds.merge(run.configuration().round(), 1, Integer::sum);
        }
        System.out.println("Ben-Or under FLP's adversary, 2,000 seeds; the last round of how many: " + rounds);
        assertThat(new TreeSet<>(rounds.keySet()).last()).isGreaterThan(3);
    }

    @Test
    @DisplayName("§3: with coins that always show 0 instead of 1 it is the other way round, and as many")
    void coinsThatShowZero() {
        var zero = new Valency(0);
        for (int inputs = 0; inputs < 8; inputs++) {
            assertThat(zero.of(initial(inputs))).isEqualTo(opposite(valency.of(initial(7 - inputs))));
        }
        assertThat(zero.size()).isEqualTo(valency.size());
        assertThat(zero.count(Kind.BIVALENT)).isEqualTo(valency.count(Kind.BIVALENT));
        assertThatThrownBy(() -> new Valency(2)).hasMessage("a coin shows 0 or 1, not 2");
    }

    private static Kind opposite(Kind kind) {
        return switch (kind) {
            case ZERO_VALENT -> Kind.ONE_VALENT;
            case ONE_VALENT -> Kind.ZERO_VALENT;
            case NONE, BIVALENT -> kind;
        };
    }

    @Test
    @DisplayName("what is one configuration for the classification has one future")
    void configurationsWithTheSameKeyHaveTheSameFuture() {
        Map<String, Set<String>> futures = new HashMap<>();
        List<Configuration> layer = new ArrayList<>(List.of(initial(0b001), initial(0b011)));
        var random = new Random(1);
        int compared = 0;
        for (int depth = 0; depth < 40; depth++) {
            List<Configuration> next = new ArrayList<>();
            for (var configuration : layer) {
                Set<String> future = new TreeSet<>();
                for (var event : configuration.events()) {
                    var after = configuration.after(event, () -> COIN);
                    future.add(after.key());
                    next.add(after.settled());
                }
                var known = futures.putIfAbsent(configuration.key(), future);
                if (known != null) {
                    assertThat(future).isEqualTo(known);
                    compared++;
                }
            }
            java.util.Collections.shuffle(next, random);
            layer = next.subList(0, Math.min(400, next.size()));
        }
        assertThat(compared).isGreaterThan(5_000);
    }
}
