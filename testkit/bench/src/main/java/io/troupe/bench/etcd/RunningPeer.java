package io.troupe.bench.etcd;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** A cluster that somebody else runs. */
record RunningPeer(List<InetSocketAddress> endpoints) implements Peer {

    @Override
    public String name() {
        return "given";
    }

    @Override
    public Duration serverCpu() {
        return Duration.ZERO;
    }

    @Override
    public void close() {}
}
