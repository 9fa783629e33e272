package io.troupe.generals.byzantine;

import static io.troupe.generals.Order.ATTACK;
import static io.troupe.generals.Order.RETREAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.generals.Chronicle;
import io.troupe.generals.Order;
import io.troupe.generals.byzantine.Battle.Setting;
import io.troupe.sim.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Lamport, Shostak and Pease, §2 and §3, sentence by sentence. */
class OralMessagesPaperTest {

    private static Stage stage;

    @BeforeAll
    static void open() {
        stage = Stage.open();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    private static Battle fight(Setting setting, OralTreason treason, long seed) {
        var random = new Random(seed);
        try (var sim = stage.simulate(seed)) {
            return Battle.oral(sim, setting, name -> treason.of(name, setting.generals(), setting.traitors(), random));
        }
    }

    @Test
    @DisplayName("§3 Theorem 1: OM(m) satisfies IC1 and IC2 if there are more than 3m generals and at most m traitors")
    void moreThanTwoThirdsLoyalAgree() {
        int battles = 0;
        for (int m = 0; m <= 2; m++) {
            for (int n = 3 * m + 1; n <= 7; n++) {
                for (var traitors : Battle.placements(n, m)) {
                    for (var treason : OralTreason.values()) {
                        for (var order : Battle.ordersThatMatter(traitors)) {
                            var setting = new Setting(n, m, order, traitors);
                            assertThat(fight(setting, treason, battles).broken())
                                    .as("%s %s", treason, setting)
                                    .isEmpty();
                            battles++;
                        }
                    }
                }
            }
        }
        assertThat(battles).isGreaterThan(500);
    }

    @Test
    @DisplayName("§3: four generals and one traitor, every order and everything the traitor can do")
    void fourGeneralsCopeWithOneTraitorWhateverItDoes() {
        OneTraitorOfFour.everything(stage);
    }

    @Test
    @DisplayName("§3: seven generals and two traitors, who say anything to anybody, 100 times")
    void sevenGeneralsCopeWithTwoTraitors() {
        var pairs = pairs(7);
        for (int seed = 0; seed < 100; seed++) {
            var setting = new Setting(7, 2, seed % 2 == 0 ? ATTACK : RETREAT, pairs.get(seed % pairs.size()));
            assertThat(fight(setting, OralTreason.RANDOM, seed).broken())
                    .as("seed %d: %s", seed, setting)
                    .isEmpty();
        }
    }

    @Test
    @DisplayName(
            "§3: seven generals and two traitors, each with a treason of its own: every two treasons at every two places")
    void sevenGeneralsCopeWithTwoTraitorsWhoDifferInTreason() {
        int battles = 0;
        for (var traitors : pairs(7)) {
            for (var one : OralTreason.values()) {
                for (var other : OralTreason.values()) {
                    var setting = new Setting(7, 2, battles % 2 == 0 ? ATTACK : RETREAT, traitors);
                    if (one != other) {
                        assertThat(fight(setting, one, other, battles).broken())
                                .as("%s and %s, %s", one, other, setting)
                                .isEmpty();
                        battles++;
                    }
                }
            }
        }
        assertThat(battles).isEqualTo(21 * 7 * 6);
    }

    @Test
    @DisplayName("§2: among six generals two traitors with different treasons break OM(2), each two of them somewhere")
    void sixGeneralsDoNotCopeWithThem() {
        Set<String> harmless = new TreeSet<>();
        for (var one : OralTreason.values()) {
            for (var other : OralTreason.values()) {
                boolean breaks = pairs(6).stream()
                        .flatMap(traitors -> Battle.ordersThatMatter(traitors).stream()
                                .map(order -> new Setting(6, 2, order, traitors)))
                        .anyMatch(setting ->
                                fight(setting, one, other, 7).broken().isPresent());
                if (one != other && !breaks) {
                    harmless.add(one + " and " + other);
                }
            }
        }
        assertThat(harmless).isEmpty();
    }

    private static List<Set<String>> pairs(int n) {
        return Battle.placements(n, 2).stream()
                .filter(traitors -> traitors.size() == 2)
                .toList();
    }

    /** The first of the two traitors does {@code one}, the second {@code other}. */
    private static Battle fight(Setting setting, OralTreason one, OralTreason other, long seed) {
        var random = new Random(seed);
        String first = setting.traitors().iterator().next();
        try (var sim = stage.simulate(seed)) {
            return Battle.oral(sim, setting, name -> (name.equals(first) ? one : other)
                    .of(name, setting.generals(), setting.traitors(), random));
        }
    }

    @Test
    @DisplayName(
            "§2: no solution for three generals with one traitor; the same is heard where different things are right")
    void threeGeneralsCannotTellWhoIsTheTraitor() {
        // Figure 1: Lieutenant 2 is the traitor, and says that the commander said RETREAT.
        var figure1 = new Setting(3, 1, ATTACK, Set.of("g2"));
        var lieutenantLies = fight(figure1, OralTreason.LIE, 1);
        // Figure 2: the commander is the traitor, and says RETREAT to Lieutenant 2.
        var figure2 = new Setting(3, 1, ATTACK, Set.of("g0"));
        Allegiance saysBoth = (round, due) -> due.stream()
                .map(sending -> new Sending(
                        sending.to(),
                        new OralMessage(List.of("g0"), sending.to().equals("g1") ? ATTACK : RETREAT)))
                .toList();
        Battle commanderLies;
        try (var sim = stage.simulate(1)) {
            commanderLies = Battle.oral(sim, figure2, name -> saysBoth);
        }
        assertThat(lieutenantLies.heard("g1"))
                .isEqualTo(commanderLies.heard("g1"))
                .isEqualTo("g0=ATTACK g0:g2=RETREAT");
        // In the first it would have to attack (IC2). So it would have to in the second, and Lieutenant 2, who hears
        // the
        // same with the orders exchanged, would have to retreat, against IC1. OM(1) breaks in the first:
        assertThat(lieutenantLies.broken()).hasValueSatisfying(what -> assertThat(what)
                .isEqualTo("IC2 is broken: the loyal commander sends ATTACK, and loyal lieutenants do {g1=RETREAT}"));
    }

    @Test
    @DisplayName("§2: with 3m generals OM(m) breaks, for m = 1 and 2")
    void aThirdOfTraitorsIsTooMany() {
        for (int m = 1; m <= 2; m++) {
            Set<String> broken = new TreeSet<>();
            for (var traitors : Battle.placements(3 * m, m)) {
                for (var treason : OralTreason.values()) {
                    fight(new Setting(3 * m, m, ATTACK, traitors), treason, 7)
                            .broken()
                            .ifPresent(what -> broken.add(traitors + " " + treason));
                }
            }
            assertThat(broken).as("m = %d", m).isNotEmpty();
        }
    }

    @Test
    @DisplayName("§3: OM(m) costs (n-1) + (n-1)(n-2) + … + (n-1)…(n-m-1) messages")
    void messagesAreAsManyAsTheFormulaSays() {
        for (int m = 0; m <= 3; m++) {
            for (int n = m + 2; n <= 7; n++) {
                var battle = fight(new Setting(n, m, ATTACK, Set.of()), OralTreason.SILENT, 1);
                assertThat(battle.messages()).as("n=%d m=%d", n, m).isEqualTo(OralLieutenant.messages(n, m));
            }
        }
        assertThat(OralLieutenant.messages(4, 1)).isEqualTo(3 + 3 * 2);
        assertThat(OralLieutenant.messages(7, 2)).isEqualTo(6 + 6 * 5 + 6 * 5 * 4);
    }

    @Test
    @DisplayName("§3: a value that does not come is RETREAT")
    void aSilentCommanderMeansRetreat() {
        var battle = fight(new Setting(4, 1, ATTACK, Set.of("g0")), OralTreason.SILENT, 1);
        assertThat(battle.decisions()).containsEntry("g1", RETREAT).containsEntry("g2", RETREAT);
        assertThat(battle.heard("g1")).startsWith("g0=null");
    }

    @Test
    void generalsThatCannotBeAreRefused() {
        List<String> three = Battle.names(3);
        Chronicle nobody = (what, value) -> {};
        assertThatThrownBy(() -> new OralLieutenant("g9", "g0", three, 1, nobody))
                .hasMessage("the lieutenant is g9 and the commander g0; they must be two of the generals [g0, g1, g2]");
        assertThatThrownBy(() -> new OralLieutenant("g1", "g9", three, 1, nobody))
                .hasMessageContaining("the commander g9");
        assertThatThrownBy(() -> new OralLieutenant("g0", "g0", three, 1, nobody))
                .hasMessageContaining("must be two of the generals");
        assertThatThrownBy(() -> new OralLieutenant("g1", "g0", three, -1, nobody))
                .hasMessage("m is -1; it must be 0 or more traitors");
        assertThatThrownBy(() -> new OralCommander("g0", ATTACK, List.of("g1", "g1"), 1))
                .hasMessage("the generals are [g1, g1, g0]; each must have a name that no other has");
        assertThatThrownBy(() -> new OralCommander("g0", ATTACK, three, 1)).hasMessageContaining("no other has");
        assertThatThrownBy(() -> OralLieutenant.messages(0, 1)).hasMessage("n is 0; it must be 1 or more generals");
        assertThatThrownBy(() -> OralLieutenant.messages(40, 30)).isInstanceOf(ArithmeticException.class);
        assertThat(OralLieutenant.messages(3, 9))
                .as("nobody is left to tell after two rounds")
                .isEqualTo(2 + 2);
    }

    @Test
    void theMajorityIsOverHalfElseRetreat() {
        List<List<Order>> halves = new ArrayList<>();
        halves.add(List.of());
        halves.add(List.of(ATTACK, RETREAT));
        halves.add(List.of(ATTACK, RETREAT, RETREAT));
        assertThat(halves).allSatisfy(values -> assertThat(Majority.of(values)).isEqualTo(RETREAT));
        assertThat(Majority.of(List.of(ATTACK, ATTACK, RETREAT))).isEqualTo(ATTACK);
        assertThat(Optional.of(Majority.of(List.of(ATTACK)))).contains(ATTACK);
    }
}
