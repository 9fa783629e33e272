package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@link PbftFaults} with traitors who make views change, begin their own in two ways, lie about checkpoints, and say again
 * what others have said.
 */
final class PbftTwofold implements Consumer<Simulation> {

    private static final List<Treason> TREASONS = List.of(
            Treason.BEGINS_A_VIEW_TWICE,
            Treason.BEGINS_A_VIEW_TWICE,
            Treason.BEGINS_A_VIEW_TWICE,
            Treason.LIES_ABOUT_CHECKPOINTS,
            Treason.LIES_ABOUT_CHECKPOINTS,
            Treason.REPLAYS_OTHERS,
            Treason.REPLAYS_OTHERS,
            Treason.MUTE,
            Treason.MOODY);

    @Override
    public void accept(Simulation sim) {
        new PbftFaults(new PbftFaults.Coverage(), TREASONS).accept(sim);
    }
}
