package io.troupe.bench.replication;

import io.troupe.cluster.cli.Bench;
import java.util.concurrent.Callable;

/** Installs {@code troupe bench replication}. */
public final class ReplicationBenchPlugin implements Bench {

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public String description() {
        return "Replication engines, beside each other";
    }

    @Override
    public Callable<Integer> command() {
        return new ReplicationBench("raft", "multi-paxos", "chain", "pbft", "jraft");
    }
}
