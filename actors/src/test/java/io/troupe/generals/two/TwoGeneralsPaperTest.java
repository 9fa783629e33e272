package io.troupe.generals.two;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.troupe.generals.two.AlliedGeneral.Plan;
import io.troupe.sim.Choice;
import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Stage;
import io.troupe.sim.explore.Explorer;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No number of acknowledgements is enough. */
class TwoGeneralsPaperTest {

    private static final Duration DAWN = Duration.ofSeconds(10);

    private static Plan plan(int acknowledgements) {
        return new Plan(acknowledgements, 1, DAWN);
    }

    /** Messengers are caught or come before dawn; everything else may happen in any order. */
    private static Explorer everything(int acknowledgements) {
        var plan = plan(acknowledgements);
        return Explorer.of(setup -> {
                    setup.statesAreReported();
                    var generals = new TwoGenerals(setup.simulation(), plan, plan.due(true), plan.due(false));
                    setup.always("nobody attacks alone", () -> assertThat(generals.disagree())
                            .isFalse());
                })
                .timersWaitForMessages();
    }

    @ParameterizedTest(name = "{0} acknowledgements")
    @ValueSource(ints = {0, 1, 2, 5})
    @DisplayName("for every number of acknowledgements, the loss of the last messenger leaves one general alone")
    void theLastMessengerIsAlwaysOneTooFew(int acknowledgements) {
        var report = everything(acknowledgements).losses(acknowledgements + 1).explore();
        var alone = report.counterexample().orElseThrow();
        assertThat(alone.isShortest()).isTrue();
        assertThat(alone.steps())
                .as("%s", alone)
                .hasSize(acknowledgements + 3)
                .filteredOn(step -> step.contains("LOST"))
                .singleElement()
                .asString()
                .contains("Messenger[number=" + acknowledgements + "]");
    }

    @Test
    @DisplayName("if no messenger is caught they attack together")
    void withoutLossTheyAttack() {
        everything(2).explore().assertExhausted();
        var plan = plan(2);
        Explorer.of(setup -> {
                    setup.statesAreReported();
                    var generals = new TwoGenerals(setup.simulation(), plan, plan.due(true), plan.due(false));
                    setup.eventually("both attack", generals::attack);
                })
                .timersWaitForMessages()
                .explore()
                .assertExhausted();
    }

    @Test
    @DisplayName("and so on: 6 to 60 acknowledgements are as useless as 5, by the same loss")
    void soItGoesOn() {
        try (var stage = Stage.open()) {
            for (int k = 6; k <= 60; k++) {
                var plan = plan(k);
                assertThat(isAloneAfter(stage, k, plan.due(true), plan.due(false), k))
                        .as("k=%d", k)
                        .isTrue();
            }
        }
    }

    /**
     * A rule is how many messages each needs to have heard. Who has heard nothing does not know that there is to be an
     * attack, so the second general needs at least one.
     */
    @Test
    @DisplayName("no rule of decision helps: for each there is a messenger whose loss leaves one general alone")
    void everyRuleFails() {
        int rules = 0;
        try (var stage = Stage.open()) {
            for (int k = 0; k <= 5; k++) {
                for (int a = 0; a <= plan(k).due(true); a++) {
                    for (int b = 1; b <= plan(k).due(false); b++) {
                        boolean fails = false;
                        for (int arriving = 0; arriving <= k; arriving++) {
                            fails |= isAloneAfter(stage, k, a, b, arriving);
                        }
                        assertThat(fails)
                                .as("k=%d, a needs %d, b needs %d", k, a, b)
                                .isTrue();
                        rules++;
                    }
                }
            }
        }
        assertThat(rules).isEqualTo(1 + 2 + 4 + 6 + 9 + 12);
    }

    private static boolean isAloneAfter(Stage stage, int k, int a, int b, int arriving) {
        try (var sim = stage.simulate(1)) {
            var generals = new TwoGenerals(sim, plan(k), a, b);
            var steering = sim.steer();
            steering.settle();
            for (int number = 0; number <= arriving; number++) {
                String from = number % 2 == 0 ? "a" : "b";
                String to = number % 2 == 0 ? "b" : "a";
                steering.take(number < arriving ? Choice.deliver(from, to) : Choice.lose(from, to));
            }
            steering.take(Choice.local("a"));
            steering.take(Choice.local("b"));
            return generals.disagree();
        }
    }

    @ParameterizedTest(name = "{0} acknowledgements, {1} copies")
    @CsvSource({"0, 1", "0, 3", "1, 2", "2, 1", "2, 3"})
    @DisplayName("with luck: disaster is as likely as the formula says")
    void luckIsAsTheFormulaSays(int acknowledgements, int copies) {
        var odds = new Odds(0.5, acknowledgements, copies);
        int runs = 300;
        int alone = 0;
        int together = 0;
        var plan = new Plan(acknowledgements, copies, DAWN);
        try (var stage = Stage.open()) {
            for (int seed = 0; seed < runs; seed++) {
                try (var sim = stage.simulate(seed)) {
                    sim.network(NetworkConditions.good().withLoss(odds.loss()));
                    var generals = new TwoGenerals(sim, plan, plan.due(true), plan.due(false));
                    sim.runUntil(generals::haveDecided, DAWN.plusSeconds(1));
                    alone += generals.disagree() ? 1 : 0;
                    together += generals.attack() ? 1 : 0;
                }
            }
        }
        // Four standard deviations of 300 runs.
        assertThat(alone / (double) runs).isCloseTo(odds.disaster(), within(0.115));
        assertThat(together / (double) runs).isCloseTo(odds.victory(), within(0.115));
        assertThat(odds.disaster() + odds.victory() + odds.inaction()).isCloseTo(1, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "2, 0"})
    void aPlanThatCannotBeIsRefused(int acknowledgements, int copies) {
        String why = "a plan needs 0 or more acknowledgements and 1 or more copies, not " + acknowledgements + " and "
                + copies;
        assertThatThrownBy(() -> new Plan(acknowledgements, copies, DAWN)).hasMessage(why);
        assertThatThrownBy(() -> new Odds(0.5, acknowledgements, copies)).hasMessage(why);
        assertThatThrownBy(() -> new Odds(Double.NaN, 1, 1)).hasMessageContaining("from 0 to 1, not NaN");
    }
}
