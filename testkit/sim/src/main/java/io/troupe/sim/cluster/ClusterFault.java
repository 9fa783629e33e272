package io.troupe.sim.cluster;

import io.troupe.sim.Fault;
import io.troupe.sim.FaultyNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What goes wrong with nodes that are actor systems, besides all in {@link Fault}. */
public final class ClusterFault {

    private ClusterFault() {}

    /** A node shuts down in order, as a process does at SIGTERM, and is started again later; when it hangs, it is killed. */
    public static Fault shutdowns() {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            victim.shutdown();
            return new Fault.Inflicted("shutdown of " + victim.name(), () -> {
                if (victim.isUp()) {
                    victim.crash();
                }
                victim.restart();
            });
        });
    }

    /** A node's calendar clock is wrong, by up to {@code skewMax} in either direction. */
    public static Fault clockSkew(Duration skewMax) {
        return (network, nodes, random) -> anyUp(nodes, random).map(victim -> {
            var skew = Duration.ofNanos((long) (skewMax.toNanos() * (2 * random.nextDouble() - 1)));
            victim.clockSkew(skew);
            return new Fault.Inflicted("calendar clock of " + victim.name() + " off by " + skew, () -> {
                if (victim.isUp()) {
                    victim.clockSkew(Duration.ZERO);
                }
            });
        });
    }

    private static Optional<ClusterNode<?>> anyUp(List<? extends FaultyNode> nodes, RandomGenerator random) {
        List<ClusterNode<?>> up = new ArrayList<>();
        for (var node : nodes) {
            if (node.isUp() && !node.isPaused() && node instanceof ClusterNode<?> system) {
                up.add(system);
            }
        }
        return up.isEmpty() ? Optional.empty() : Optional.of(up.get(random.nextInt(up.size())));
    }
}
