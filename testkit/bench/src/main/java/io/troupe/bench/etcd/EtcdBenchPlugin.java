package io.troupe.bench.etcd;

import io.troupe.cluster.cli.Bench;
import java.util.concurrent.Callable;

/** Installs {@code troupe bench etcd}. */
public final class EtcdBenchPlugin implements Bench {

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String description() {
        return "Puts and gets of the etcd v3 API, beside a real etcd where one is installed";
    }

    @Override
    public Callable<Integer> command() {
        return new EtcdBench();
    }
}
