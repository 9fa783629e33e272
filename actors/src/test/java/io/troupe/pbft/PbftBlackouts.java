package io.troupe.pbft;

import io.troupe.sim.DiskConditions;
import io.troupe.sim.Simulation;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * All replicas, correct ones, lose their power at once, again and again, and their disks are slow: what was said to clients must
 * be on disks by then.
 */
final class PbftBlackouts implements Consumer<Simulation> {

    private static final int BLACKOUTS = 6;

    @Override
    public void accept(Simulation sim) {
        RandomGenerator random = sim.random("blackouts");
        PbftGroup group = new PbftGroup(sim, 4, Set.of(), true);
        group.names.forEach(name ->
                sim.node(name).disk(DiskConditions.good().withLatency(Duration.ofMillis(20), Duration.ofMillis(60))));
        sim.runFor(Duration.ofMillis(500)); // They all have begun.
        for (int i = 0; i < BLACKOUTS; i++) {
            sim.runFor(Duration.ofMillis(200 + random.nextLong(800)));
            group.names.forEach(sim::crash);
            sim.runFor(Duration.ofMillis(60));
            group.names.forEach(sim::restart);
        }
        group.finish();
    }
}
