package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A client of a faulty node asks all the time, so that some replicas can read it and others cannot. When the primary alone can, it
 * may end the view of each correct primary once, and of none for a second time soon; when all but the primary can, of none.
 */
final class PbftBadSeals implements Consumer<Simulation> {

    private static final String TRAITOR = "n4";

    @Override
    public void accept(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(TRAITOR), true);
        sim.runFor(Duration.ofSeconds(1));
        if (sim.random("seals").nextBoolean()) {
            group.turn(TRAITOR, Treason.SEALS_FOR_THE_PRIMARY_ALONE);
            sim.runFor(Duration.ofSeconds(7));
            group.turn(TRAITOR, Treason.MUTE); // When it leads itself by now, another is to.
            sim.runFor(Duration.ofSeconds(3));
            group.turn(TRAITOR, Treason.SEALS_FOR_THE_PRIMARY_ALONE);
        } else {
            group.turn(TRAITOR, Treason.SEALS_FOR_BACKUPS_ALONE);
        }
        sim.runFor(Duration.ofMillis(200));
        long view = group.agreement.views();
        int before = group.clients.writes();
        sim.runFor(Duration.ofSeconds(5));
        assertThat(group.agreement.views()).as("the view").isEqualTo(view);
        assertThat(group.clients.writes()).as("writes").isGreaterThan(before + 50);
        group.finish();
    }
}
