package io.troupe.generals.byzantine;

import static io.troupe.generals.Order.ATTACK;
import static io.troupe.generals.Order.RETREAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.troupe.generals.byzantine.Battle.Setting;
import io.troupe.sim.Stage;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Lamport, Shostak and Pease, §4, sentence by sentence. */
class SignedMessagesPaperTest {

    private static final Signatures KEYS = new Signatures();
    private static Stage stage;

    @BeforeAll
    static void open() {
        stage = Stage.open();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    static Battle fight(Stage stage, Signatures keys, Setting setting, SignedTreason treason, long seed) {
        var random = new Random(seed);
        try (var sim = stage.simulate(seed)) {
            return Battle.signed(
                    sim,
                    setting,
                    keys,
                    name -> treason.of(
                            name,
                            Battle.COMMANDER,
                            setting.generals(),
                            keys.of(setting.traitors()),
                            setting.m() + 1,
                            random));
        }
    }

    private static Battle fight(Setting setting, SignedTreason treason, long seed) {
        return fight(stage, KEYS, setting, treason, seed);
    }

    @Test
    @DisplayName("§4 Theorem 2: SM(m) satisfies IC1 and IC2 for any m, if there are at most m traitors")
    void anyNumberOfTraitorsIsCopedWith() {
        int battles = 0;
        for (int m = 0; m <= 2; m++) {
            for (int n = m + 2; n <= 7; n++) {
                for (var traitors : Battle.placements(n, m)) {
                    for (var treason : SignedTreason.values()) {
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
        assertThat(battles).isGreaterThan(1_000);
    }

    @Test
    @DisplayName("§4: seven generals and two traitors, at random, 100 times")
    void sevenGeneralsCopeWithTwoTraitors() {
        TwoSignedTraitorsAtRandom.fight(stage, KEYS, 100);
    }

    @Test
    @DisplayName("§4, Figure 5: three generals, a traitorous commander, and both lieutenants see that it is one")
    void threeGeneralsCatchTheTraitor() {
        var battle = fight(new Setting(3, 1, ATTACK, Set.of("g0")), SignedTreason.SPLIT, 1);
        assertThat(battle.decisions()).containsEntry("g1", RETREAT).containsEntry("g2", RETREAT);
    }

    @Test
    @DisplayName("§4: choice(V) is the one element of V, and RETREAT for none and for several")
    void choiceIsTheSameForTheSameSet() {
        assertThat(SignedLieutenant.choice(Set.of(ATTACK))).isEqualTo(ATTACK);
        assertThat(SignedLieutenant.choice(Set.of())).isEqualTo(RETREAT);
        assertThat(SignedLieutenant.choice(List.of(ATTACK, RETREAT))).isEqualTo(RETREAT);
    }

    @Test
    @DisplayName("§4 A4(a): a loyal general's signature cannot be forged, nor what it has signed be altered")
    void alterationsAreDetected() {
        var signed = new SignedMessage(ATTACK, List.of())
                .sealed("g0", KEYS.signer("g0"))
                .sealed("g1", KEYS.signer("g1"));
        assertThat(signed.isAuthentic(KEYS.verifier())).isTrue();
        assertThat(new SignedMessage(RETREAT, signed.seals()).isAuthentic(KEYS.verifier()))
                .isFalse();
        assertThat(new SignedMessage(ATTACK, signed.seals().subList(1, 2)).isAuthentic(KEYS.verifier()))
                .isFalse();
        var forged = new SignedMessage(ATTACK, List.of()).sealed("g0", KEYS.signer("g1"));
        assertThat(forged.isAuthentic(KEYS.verifier())).isFalse();
        var ofNobody = new SignedMessage(ATTACK, List.of()).sealed("nobody", KEYS.signer("g1"));
        assertThat(ofNobody.isAuthentic(KEYS.verifier())).isFalse();
    }

    @Test
    void generalsThatCannotBeAreRefused() {
        List<String> three = Battle.names(3);
        var signer = KEYS.signer("g1");
        assertThatThrownBy(
                        () -> new SignedLieutenant("g9", "g0", three, 1, signer, KEYS.verifier(), (what, value) -> {}))
                .hasMessageContaining("they must be two of the generals [g0, g1, g2]");
        assertThatThrownBy(() -> new SignedCommander("g0", ATTACK, three, 1, signer))
                .hasMessageContaining("each must have a name that no other has");
        assertThatThrownBy(() -> new SignedCommander("g0", ATTACK, List.of("g1"), -1, signer))
                .hasMessage("m is -1; it must be 0 or more traitors");
        assertThatThrownBy(() -> SignedLieutenant.messages(0, 1)).hasMessage("n is 0; it must be 1 or more generals");
    }

    @Test
    @DisplayName("§4: SM(m) with a loyal commander costs (n-1) + (n-1)(n-2) messages; each other order as many as that")
    void messagesAreAsManyAsTheFormulaSays() {
        for (int m = 0; m <= 2; m++) {
            for (int n = m + 2; n <= 7; n++) {
                var loyal = fight(new Setting(n, m, ATTACK, Set.of()), SignedTreason.SILENT, 1);
                assertThat(loyal.messages()).as("n=%d m=%d", n, m).isEqualTo(SignedLieutenant.messages(n, m));
                if (m > 0) {
                    var split = fight(new Setting(n, m, ATTACK, Set.of("g0")), SignedTreason.SPLIT, 1);
                    assertThat(split.messages())
                            .as("n=%d m=%d", n, m)
                            .isLessThanOrEqualTo((m + 1L) * (n - 1) + 2L * (n - 1) * (n - 2));
                }
            }
        }
    }
}
