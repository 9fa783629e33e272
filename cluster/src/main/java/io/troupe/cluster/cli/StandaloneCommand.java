package io.troupe.cluster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code troupe --help} shows of a {@link Standalone}, whose arguments picocli does not understand. */
@Command
final class StandaloneCommand implements Callable<Integer> {

    private final Standalone standalone;

    @Parameters(paramLabel = "FLAG", arity = "0..*", description = "As the real server's; see its --help.")
    private List<String> arguments = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    StandaloneCommand(Standalone standalone) {
        this.standalone = standalone;
    }

    @Override
    public Integer call() {
        var line = spec.commandLine();
        return standalone.run(arguments, System.getenv(), line.getOut(), line.getErr());
    }
}
