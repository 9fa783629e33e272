package io.troupe.sim;

import java.time.Duration;

/**
 * How a link between two nodes behaves. Latency is drawn evenly between the bounds; order is kept per pair of nodes, as
 * Artery keeps it, whatever the latencies drawn.
 *
 * @param loss share of messages that never arrive, 0 to 1
 * @param duplication share of messages that arrive twice, the second time later and out of order, 0 to 1
 */
public record NetworkConditions(Duration latencyMin, Duration latencyMax, double loss, double duplication) {

    public NetworkConditions {
        if (latencyMin.isNegative() || latencyMax.compareTo(latencyMin) < 0) {
            throw new IllegalArgumentException("latency from " + latencyMin + " to " + latencyMax
                    + " is no range; 0 <= latencyMin <= latencyMax is");
        }
        if (!(loss >= 0 && loss <= 1 && duplication >= 0 && duplication <= 1)) {
            throw new IllegalArgumentException(
                    "loss " + loss + " and duplication " + duplication + " must be shares between 0 and 1");
        }
    }

    /** Half a millisecond to five, nothing lost, nothing twice. */
    public static NetworkConditions good() {
        return new NetworkConditions(Duration.ofNanos(500_000), Duration.ofMillis(5), 0, 0);
    }

    public NetworkConditions withLatency(Duration min, Duration max) {
        return new NetworkConditions(min, max, loss, duplication);
    }

    public NetworkConditions withLoss(double share) {
        return new NetworkConditions(latencyMin, latencyMax, share, duplication);
    }

    public NetworkConditions withDuplication(double share) {
        return new NetworkConditions(latencyMin, latencyMax, loss, share);
    }
}
