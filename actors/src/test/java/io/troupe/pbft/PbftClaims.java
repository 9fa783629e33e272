package io.troupe.pbft;

import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * §4.6 and {@link Vouching}: the first primary lies about the time, is believed by nobody, and claims in every view change that
 * what it proposed has prepared. One correct replica is down meanwhile, so that no view is decided but by who vouches
 * for that.
 */
final class PbftClaims implements Consumer<Simulation> {

    @Override
    public void accept(Simulation sim) {
        AgreedStamps stamps = new AgreedStamps(sim);
        PbftGroup group = new PbftGroup(sim, Set.of("n1"), stamps);
        sim.runFor(Duration.ofSeconds(1));
        group.turn("n1", Treason.CLAIMS_THAT_ITS_TIME_PREPARED);
        group.node("n4").crash();
        sim.runFor(Duration.ofSeconds(6));
        group.finish();
    }
}
