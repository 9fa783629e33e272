package io.troupe.replication.sim;

import io.troupe.sim.Node;
import io.troupe.sim.Simulation;
import java.time.Duration;

/** A replica may fall when its disk fails, and for no other reason; then its node is started again, a second later. */
public record Falls(Simulation sim, ObservedClients clients) {

    /** For {@link Simulation#onNodeDeath}. */
    public void onNodeDeath(Node<?> node) {
        if (sim.faults().stream().anyMatch(fault -> fault.contains("failing disk of " + node.name()))) {
            restartSoon(node);
        } else {
            clients.judge(() -> {
                throw new AssertionError("the replica of " + node.name() + " fell, although its disk never failed");
            });
        }
    }

    public void restartSoon(Node<?> node) {
        sim.after(Duration.ofSeconds(1), () -> {
            if (!node.isUp()) {
                node.restart();
            }
        });
    }
}
