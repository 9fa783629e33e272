package io.troupe.generals.byzantine;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.generals.Order;
import io.troupe.generals.byzantine.Battle.Setting;
import io.troupe.sim.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * OM(1) among four generals, exhaustively: each of the traitor's messages says ATTACK or RETREAT, on time or a round late
 * (to each lieutenant independently), or does not come at all.
 */
final class OneTraitorOfFour implements Runnable {

    private static final int WAYS = 5;

    @Override
    public void run() {
        try (var stage = Stage.open()) {
            everything(stage);
        }
    }

    static void everything(Stage stage) {
        for (String traitor : Battle.names(4)) {
            int messages = traitor.equals(Battle.COMMANDER) ? 3 : 2;
            for (Order order : Order.values()) {
                for (int choice = 0; choice < Math.pow(WAYS, messages); choice++) {
                    var setting = new Setting(4, 1, order, Set.of(traitor));
                    int chosen = choice;
                    try (var sim = stage.simulate(1)) {
                        var battle = Battle.oral(sim, setting, name -> strategy(chosen));
                        assertThat(battle.broken())
                                .as("%s, strategy %d", setting, choice)
                                .isEmpty();
                    }
                }
            }
        }
    }

    private static Allegiance strategy(int choice) {
        List<Sending> late = new ArrayList<>();
        return (round, due) -> {
            List<Sending> now = new ArrayList<>(late);
            late.clear();
            int left = choice;
            for (var sending : due) {
                int way = left % WAYS;
                left /= WAYS;
                var path = ((OralMessage) sending.message()).path();
                var said =
                        new Sending(sending.to(), new OralMessage(path, way % 2 == 0 ? Order.ATTACK : Order.RETREAT));
                if (way < 2) {
                    now.add(said);
                } else if (way < 4) {
                    late.add(said);
                }
            }
            return now;
        };
    }
}
