package io.troupe.bench.check;

import io.troupe.cluster.cli.Subcommand;
import io.troupe.sim.checker.cli.CheckCommand;
import java.util.concurrent.Callable;

/** Puts {@link CheckCommand} into {@code troupe}. */
public final class CheckSubcommand implements Subcommand {

    @Override
    public String name() {
        return "check";
    }

    @Override
    public String description() {
        return "Judge histories: linearizability, transactional isolation, logs, sessions.";
    }

    @Override
    public Callable<Integer> command() {
        return new CheckCommand();
    }
}
