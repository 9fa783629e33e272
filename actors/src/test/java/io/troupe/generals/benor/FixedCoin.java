package io.troupe.generals.benor;

import io.troupe.sim.Simulation;
import java.util.Map;

/** Ben-Or's protocol without its luck. */
public final class FixedCoin {

    private FixedCoin() {}

    /** Starts p0, p1, … as actors, and answers what they decide. */
    public static Map<String, Integer> start(Simulation sim, int[] inputs, int coin) {
        return BenOrPaperTest.start(sim, inputs, () -> coin);
    }
}
