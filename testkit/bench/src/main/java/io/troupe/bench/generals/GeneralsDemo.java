package io.troupe.bench.generals;

import io.troupe.cluster.cli.Demo;
import java.util.concurrent.Callable;

/** {@code troupe demo generals}. */
public final class GeneralsDemo implements Demo {

    @Override
    public String name() {
        return "generals";
    }

    @Override
    public String description() {
        return "Why agreement is hard: Two Generals, Byzantine Generals and FLP, simulated and drawn";
    }

    @Override
    public Callable<Integer> command() {
        return new GeneralsDemoCommand();
    }
}
