package io.troupe.sim;

import java.time.Duration;

/**
 * How a node's disk behaves.
 *
 * @param latencyMin a write is synced, or a read answered, after a time drawn evenly between the bounds
 * @param failures share of writes that fail with an I/O error and leave nothing behind, 0 to 1
 * @param full whether there is no room: events and snapshots cannot be written, deletions can
 */
public record DiskConditions(Duration latencyMin, Duration latencyMax, double failures, boolean full) {

    public DiskConditions {
        if (latencyMin.isNegative() || latencyMax.compareTo(latencyMin) < 0) {
            throw new IllegalArgumentException("latency from " + latencyMin + " to " + latencyMax
                    + " is no range; 0 <= latencyMin <= latencyMax is");
        }
        if (!(failures >= 0 && failures <= 1)) {
            throw new IllegalArgumentException("failures must be a share between 0 and 1, not " + failures);
        }
    }

    /** A tenth of a millisecond to two, no failures, room enough. */
    public static DiskConditions good() {
        return new DiskConditions(Duration.ofNanos(100_000), Duration.ofMillis(2), 0, false);
    }

    public DiskConditions withLatency(Duration min, Duration max) {
        return new DiskConditions(min, max, failures, full);
    }

    public DiskConditions withFailures(double share) {
        return new DiskConditions(latencyMin, latencyMax, share, full);
    }

    /** With no room for anything more. */
    public DiskConditions withoutRoom() {
        return new DiskConditions(latencyMin, latencyMax, failures, true);
    }
}
