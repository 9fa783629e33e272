package io.troupe.cluster.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = "Play a system on a cluster of JVMs under load and faults, and judge what its clients saw;"
                + " or play what theory says about all of them, in the simulator.",
        footer = {"", "Without a subcommand, the first of them."})
final class DemoCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine first = spec.subcommands().values().stream()
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "No demo is installed: there is none on the class path"));
        return first.execute();
    }
}
