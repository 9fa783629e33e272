package io.troupe.generals.byzantine;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.Order;
import io.troupe.generals.byzantine.Battle.Setting;
import io.troupe.sim.Stage;

/** SM(2) among seven generals, every pair of traitors and every treason in turn. */
final class TwoSignedTraitorsAtRandom implements Runnable {

    @Override
    public void run() {
        try (var stage = Stage.open()) {
            fight(stage, new Signatures(), 100);
        }
    }

    static void fight(Stage stage, Signatures keys, int battles) {
        var pairs = Battle.placements(7, 2).stream()
                .filter(traitors -> traitors.size() == 2)
                .toList();
        var treasons = SignedTreason.values();
        for (int seed = 0; seed < battles; seed++) {
            var order = seed % 2 == 0 ? Order.ATTACK : Order.RETREAT;
            var setting = new Setting(7, 2, order, pairs.get(seed % pairs.size()));
            var treason = seed % 3 == 0 ? SignedTreason.RANDOM : treasons[seed / 3 % treasons.length];
            assertThat(SignedMessagesPaperTest.fight(stage, keys, setting, treason, seed)
                            .broken())
                    .as("seed %d: %s %s", seed, treason, setting)
                    .isEmpty();
        }
    }
}
