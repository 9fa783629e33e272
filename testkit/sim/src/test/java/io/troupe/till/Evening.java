package io.troupe.till;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.function.Consumer;

/** What three customers paid is in the till. */
public final class Evening implements Consumer<Simulation> {

    private static final int PAID = 7;

    private int shown;

    @Override
    public void accept(Simulation sim) {
        shown = 0;
        sim.afterEveryStep("nobody pays less than nothing", () -> {
            if (isInDebt()) {
                throw new AssertionError("the till shows " + shown);
            }
        });
        var shop = sim.node("shop", node -> Till.shop(total -> shown = total));
        for (int coin : new int[] {1, 2, 4}) {
            shop.ref().tell(coin);
        }
        sim.runFor(Duration.ofSeconds(1));
        count();
    }

    private boolean isInDebt() {
        return shown < 0;
    }

    private void count() {
        if (shown != PAID) {
            throw new AssertionError("the till shows " + shown + ", and " + PAID + " was paid");
        }
    }
}
