package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.util.List;
import java.util.function.Consumer;

/** {@link PbftFaults} with traitors whose clients use the sessions of others, and who see those at work in between. */
final class PbftThefts implements Consumer<Simulation> {

    private static final List<Treason> TREASONS =
            List.of(Treason.STEALS_SESSIONS, Treason.STEALS_SESSIONS, Treason.STEALS_SESSIONS, Treason.MUTE);

    @Override
    public void accept(Simulation sim) {
        new PbftFaults(new PbftFaults.Coverage(), TREASONS).accept(sim);
    }
}
