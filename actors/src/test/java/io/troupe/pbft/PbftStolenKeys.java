package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.util.List;
import java.util.function.Consumer;

/** {@link PbftFaults} with traitors who have come to know session keys of others, each when it is not in force any more. */
final class PbftStolenKeys implements Consumer<Simulation> {

    private static final List<Treason> TREASONS = List.of(
            Treason.FORGES_UNDER_OLD_KEYS,
            Treason.FORGES_UNDER_OLD_KEYS,
            Treason.FORGES_UNDER_OLD_KEYS,
            Treason.REPLAYS_OTHERS);

    @Override
    public void accept(Simulation sim) {
        new PbftFaults(new PbftFaults.Coverage(), TREASONS).accept(sim);
    }
}
