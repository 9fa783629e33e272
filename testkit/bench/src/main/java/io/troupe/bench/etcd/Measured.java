package io.troupe.bench.etcd;

/**
 * One pass of one load on one peer.
 *
 * @param operationsPerSecond acknowledged
 * @param p50Micros to p999Micros from sending to the answer, in microseconds
 * @param failures operations that were refused or lost
 * @param serverCpuMicros processor time of all servers an operation; 0 where that is not known
 */
record Measured(
        double operationsPerSecond,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        long failures,
        double serverCpuMicros) {}
