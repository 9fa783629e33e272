package io.troupe.bench.etcd;

import io.troupe.bench.load.Costs;
import java.net.InetSocketAddress;
import java.util.List;

/** A cluster that somebody else runs: it is neither killed nor looked into. */
record RunningPeer(List<InetSocketAddress> endpoints) implements Peer {

    @Override
    public String name() {
        return "given";
    }

    @Override
    public Costs costs() {
        return Costs.UNKNOWN;
    }

    @Override
    public void kill(int member) {
        throw new UnsupportedOperationException("member " + member + " is not ours to kill");
    }

    @Override
    public void restart(int member) {
        throw new UnsupportedOperationException("member " + member + " is not ours to start");
    }

    @Override
    public List<Long> heapBytes() {
        return List.of();
    }

    @Override
    public List<Long> residentBytes() {
        return List.of();
    }

    @Override
    public void close() {}
}
