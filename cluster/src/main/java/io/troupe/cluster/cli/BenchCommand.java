package io.troupe.cluster.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "bench", description = "Measure a part beside its peers.")
final class BenchCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        String names = String.join(", ", spec.subcommands().keySet());
        throw new ParameterException(
                spec.commandLine(),
                names.isEmpty()
                        ? "No benchmark is installed: there is none on the class path"
                        : "Say what to measure: " + names);
    }
}
