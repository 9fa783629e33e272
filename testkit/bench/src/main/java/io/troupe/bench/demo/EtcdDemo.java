package io.troupe.bench.demo;

import io.troupe.cluster.cli.Demo;
import java.util.concurrent.Callable;

/** {@code troupe demo etcd}, and what {@code troupe demo} alone runs. */
public final class EtcdDemo implements Demo {

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String description() {
        return "Three nodes serve the etcd v3 API to jetcd clients while the leader is killed twice and cut off once";
    }

    @Override
    public Callable<Integer> command() {
        return new EtcdDemoCommand();
    }
}
