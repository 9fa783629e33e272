package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/** §4.4: a backup wants other views all the time, and all is well: f+1 would have to want one. */
final class PbftPushed implements Consumer<Simulation> {

    @Override
    public void accept(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of("n4"), true);
        sim.runFor(Duration.ofSeconds(1));
        long view = group.agreement.views();
        assertThat(view).as("its own view is not the traitor's").isLessThan(3);
        group.turn("n4", Treason.WANTS_OTHER_VIEWS);
        sim.runFor(Duration.ofSeconds(3));
        assertThat(group.agreement.views()).as("the view").isEqualTo(view);
        group.finish();
    }
}
