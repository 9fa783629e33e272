package io.troupe.bench.etcd;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** A cluster that serves the etcd v3 API, and what it costs. */
interface Peer extends AutoCloseable {

    /** As the table names it. */
    String name();

    List<InetSocketAddress> endpoints();

    /** Processor time of all server processes since they started; zero where that is not known. */
    Duration serverCpu();

    @Override
    void close();

    /** Processor time of a live process; zero of one that is gone. */
    static Duration cpuOf(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }
}
