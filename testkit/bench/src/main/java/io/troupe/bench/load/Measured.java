package io.troupe.bench.load;

/**
 * One pass of one load on one peer.
 *
 * @param operationsPerSecond acknowledged
 * @param p50Micros to p999Micros from sending to the answer, in microseconds
 * @param serverCpuMicros processor time of all servers together for an operation; 0 where that is not known
 * @param operationsPerSync operations that share a sync of a server's log, on average over the servers; 0 where nothing
 *     was synced, or that is not known
 * @param failures operations that were refused or lost
 */
public record Measured(
        double operationsPerSecond,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double serverCpuMicros,
        double operationsPerSync,
        long failures) {

    static Measured of(org.HdrHistogram.AbstractHistogram micros, double seconds, Costs costs, long failures) {
        long answered = micros.getTotalCount();
        double syncsOfOne = (double) costs.syncs() / costs.servers();
        return new Measured(
                answered / seconds,
                micros.getValueAtPercentile(50),
                micros.getValueAtPercentile(99),
                micros.getValueAtPercentile(99.9),
                answered == 0 ? 0 : costs.cpu().toNanos() / 1e3 / answered,
                syncsOfOne == 0 ? 0 : answered / syncsOfOne,
                failures);
    }
}
