package io.troupe.pbft;

import io.troupe.sim.NetworkConditions;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * §4.5.2: messages take so long that no request is executed before the time for it has run out, and the view is left again
 * and again; "this problem is avoided" by waiting twice as long each time. All replicas are correct.
 */
final class PbftLongDelays implements Consumer<Simulation> {

    /**
     * The first timeout is 600 ms: a view that lasts no longer ends before its prepares have come. (What has prepared in a view
     * commits although the view has ended.)
     */
    private static final Duration SHORTEST = Duration.ofMillis(650);

    private static final Duration LONGEST = Duration.ofMillis(750);

    @Override
    public void accept(Simulation sim) {
        // Else clients are answered before the view is left.
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), "tentative-execution = off, key-refresh-interval = 2s");
        sim.runFor(Duration.ofMillis(500)); // They have found each other.
        sim.network(NetworkConditions.good().withLatency(SHORTEST, LONGEST));
        sim.runFor(Duration.ofSeconds(5)); // What was under way is done.
        group.awaitWrites(20, Duration.ofSeconds(180));
        group.finish();
    }
}
