package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * All is well, and commits travel with votes whether these may be expected or not ({@link HeldCommits}): they are late by two ticks
 * at most, so nobody in reserve is called to vote, and nobody leaves the view.
 */
final class PbftHeldCommits implements Consumer<Simulation> {

    @Override
    public void accept(Simulation sim) {
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), "piggybacked-commits-after = 0");
        sim.runFor(Duration.ofSeconds(2));
        long view = group.agreement.views();
        String reserve = group.replica("n1").members.primary(view + 3);
        int before = group.inReserve.of(reserve);
        sim.runFor(Duration.ofSeconds(4));
        assertThat(group.agreement.views()).isEqualTo(view);
        assertThat(group.inReserve.of(reserve) - before)
                .as("executed in reserve")
                .isGreaterThan(50);
        group.finish();
    }
}
