package io.troupe.bench.replication;

import io.troupe.cluster.cli.Bench;
import java.util.concurrent.Callable;

/** Installs {@code troupe bench raft}. */
public final class RaftBenchPlugin implements Bench {

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public String description() {
        return "Raft alone, beside SOFAJRaft";
    }

    @Override
    public Callable<Integer> command() {
        return new ReplicationBench("raft", "jraft");
    }
}
