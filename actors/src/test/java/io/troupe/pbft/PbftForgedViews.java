package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.util.List;
import java.util.function.Consumer;

/** {@link PbftFaults} with traitors who make views change, and begin their own by proofs that they have forged. */
final class PbftForgedViews implements Consumer<Simulation> {

    private static final List<Treason> TREASONS = List.of(
            Treason.FORGES_VIEW_CHANGES,
            Treason.FORGES_VIEW_CHANGES,
            Treason.FORGES_VIEW_CHANGES,
            Treason.EQUIVOCATES,
            Treason.MUTE,
            Treason.MOODY);

    @Override
    public void accept(Simulation sim) {
        new PbftFaults(new PbftFaults.Coverage(), TREASONS).accept(sim);
    }
}
