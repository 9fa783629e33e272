package io.troupe.bench.etcd;

import io.troupe.bench.load.Costs;
import java.net.InetSocketAddress;
import java.util.List;

/** A cluster that serves the etcd v3 API, and what it costs. */
interface Peer extends AutoCloseable {

    /** As the table names it. */
    String name();

    /** Of each member, in an order that stays. */
    List<InetSocketAddress> endpoints();

    Costs costs();

    /** SIGKILL; returns when the process is gone. */
    void kill(int member);

    /** Starts a killed member again on its data; it may not serve yet when this returns. */
    void restart(int member);

    /** Heap that is in use, of each member; after a collection where one can be asked for. */
    List<Long> heapBytes();

    /** Resident memory of each member's process. */
    List<Long> residentBytes();

    @Override
    void close();
}
