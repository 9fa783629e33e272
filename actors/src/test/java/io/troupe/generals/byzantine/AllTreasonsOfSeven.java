package io.troupe.generals.byzantine;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.Order;
import io.troupe.generals.byzantine.Battle.Setting;
import io.troupe.sim.Stage;
import java.util.Random;

/** OM(2) among seven generals: each pair of traitors, each treason. */
final class AllTreasonsOfSeven implements Runnable {

    @Override
    public void run() {
        try (var stage = Stage.open()) {
            for (var traitors : Battle.placements(7, 2)) {
                for (var treason : OralTreason.values()) {
                    var setting = new Setting(7, 2, Order.ATTACK, traitors);
                    try (var sim = stage.simulate(1)) {
                        var battle = Battle.oral(
                                sim, setting, name -> treason.of(name, setting.generals(), traitors, new Random(1)));
                        assertThat(battle.broken())
                                .as("%s %s", treason, setting)
                                .isEmpty();
                    }
                }
            }
        }
    }
}
