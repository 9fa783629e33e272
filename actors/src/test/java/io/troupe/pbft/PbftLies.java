package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@link PbftFaults} with traitors who make views change and then lie about them: what a new view begins with is at stake
 * in most runs, and not in one of hundreds.
 */
final class PbftLies implements Consumer<Simulation> {

    private static final List<Treason> TREASONS = List.of(
            Treason.LIES_ABOUT_THE_PAST,
            Treason.LIES_ABOUT_THE_PAST,
            Treason.LIES_ABOUT_THE_PAST,
            Treason.EQUIVOCATES,
            Treason.MUTE,
            Treason.MOODY);

    @Override
    public void accept(Simulation sim) {
        new PbftFaults(new PbftFaults.Coverage(), TREASONS).accept(sim);
    }
}
