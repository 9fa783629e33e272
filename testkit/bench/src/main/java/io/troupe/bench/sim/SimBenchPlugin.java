package io.troupe.bench.sim;

import io.troupe.cluster.cli.Bench;
import java.util.concurrent.Callable;

/** Installs {@code troupe bench sim}. */
public final class SimBenchPlugin implements Bench {

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public String description() {
        return "Virtual seconds a second of the simulator, by stage, nodes and faults";
    }

    @Override
    public Callable<Integer> command() {
        return new SimBench();
    }
}
