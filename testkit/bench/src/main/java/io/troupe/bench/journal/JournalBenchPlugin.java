package io.troupe.bench.journal;

import io.troupe.cluster.cli.Bench;
import java.util.concurrent.Callable;

/** Installs {@code troupe bench journal}. */
public final class JournalBenchPlugin implements Bench {

    @Override
    public String name() {
        return "journal";
    }

    @Override
    public String description() {
        return "Durable events per second, beside a plain write and force loop";
    }

    @Override
    public Callable<Integer> command() {
        return new JournalBench();
    }
}
