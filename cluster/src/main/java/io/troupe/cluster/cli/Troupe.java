package io.troupe.cluster.cli;

import io.troupe.cluster.local.Hint;
import io.troupe.cluster.local.LocalClusterException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code troupe} command. */
@Command(
        name = "troupe",
        description = "The classic distributed systems, each as an actor hierarchy, on a cluster of JVMs.",
        subcommands = {
            UpCommand.class,
            StatusCommand.class,
            DownCommand.class,
            KillCommand.class,
            RestartCommand.class,
            PartitionCommand.class,
            HealCommand.class,
            LogsCommand.class,
            NodeCommand.class,
            KeysCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 could not be done, 2 not understood; a command with codes of its own lists them in"
                    + " --help.",
            "Start with: troupe demo, or troupe up"
        })
public final class Troupe implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do");
    }

    public static void main(String[] args) {
        LoggerFactory.getILoggerFactory(); // before there are threads that log, of whose lines SLF4J would warn
        SLF4JBridgeHandler.removeHandlersForRootLogger(); // gRPC logs through java.util.logging
        SLF4JBridgeHandler.install();
        Optional<Standalone> standalone = args.length == 0 ? Optional.empty() : SpiCommands.standalone(args[0]);
        System.exit(
                standalone.isPresent()
                        ? run(standalone.get(), List.of(args).subList(1, args.length))
                        : commandLine().execute(args));
    }

    private static int run(Standalone standalone, List<String> arguments) {
        return standalone.run(
                arguments, System.getenv(), new PrintWriter(System.out, true), new PrintWriter(System.err, true));
    }

    /** The command, for those who run it in a process of their own. */
    public static CommandLine commandLine() {
        CommandLine troupe = new CommandLine(new Troupe());
        troupe.setCommandName(Hint.name());
        troupe.addSubcommand("demo", SpiCommands.demo());
        troupe.addSubcommand("bench", SpiCommands.bench());
        SpiCommands.addSubcommands(troupe);
        addHelp(troupe);
        troupe.setExecutionExceptionHandler((failure, line, parsed) -> failed(failure, line));
        troupe.setParameterExceptionHandler(Troupe::misunderstood);
        troupe.setCaseInsensitiveEnumValuesAllowed(true);
        return troupe;
    }

    private static void addHelp(CommandLine line) {
        if (!line.getMixins().containsKey("mixinStandardHelpOptions")) {
            line.getCommandSpec().mixinStandardHelpOptions(true);
        }
        line.getCommandSpec().versionProvider(() -> new String[] {"troupe " + version()});
        line.getSubcommands().values().stream()
                .filter(sub -> !(sub.getCommand() instanceof HelpCommand))
                .forEach(Troupe::addHelp);
    }

    private static String version() {
        String version = Troupe.class.getPackage().getImplementationVersion();
        return version == null ? "(built from source)" : version;
    }

    private static int failed(Exception failure, CommandLine line) {
        PrintWriter err = line.getErr();
        if (failure instanceof LocalClusterException) {
            err.println("troupe: " + failure.getMessage());
        } else {
            err.println("troupe: an unexpected failure, which is a bug of Troupe:");
            failure.printStackTrace(err);
        }
        err.flush();
        return line.getCommandSpec().exitCodeOnExecutionException();
    }

    private static int misunderstood(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        PrintWriter err = line.getErr();
        err.println("troupe: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("See: " + line.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    /** {@code demo}, {@code bench} and what stands beside them: found on the class path. */
    static final class SpiCommands {

        private SpiCommands() {}

        static CommandLine demo() {
            CommandLine demo = new CommandLine(new DemoCommand());
            ServiceLoader.load(Demo.class)
                    .forEach(found -> add(demo, found.name(), found.description(), found.command()));
            return demo;
        }

        static CommandLine bench() {
            CommandLine bench = new CommandLine(new BenchCommand());
            ServiceLoader.load(Bench.class)
                    .forEach(found -> add(bench, found.name(), found.description(), found.command()));
            return bench;
        }

        static void addSubcommands(CommandLine troupe) {
            ServiceLoader.load(Subcommand.class)
                    .forEach(found -> add(troupe, found.name(), found.description(), found.command()));
            ServiceLoader.load(Standalone.class)
                    .forEach(found -> add(troupe, found.name(), found.description(), new StandaloneCommand(found)));
        }

        static Optional<Standalone> standalone(String name) {
            return ServiceLoader.load(Standalone.class).stream()
                    .map(ServiceLoader.Provider::get)
                    .filter(found -> found.name().equals(name))
                    .findFirst();
        }

        private static void add(CommandLine parent, String name, String description, Object command) {
            CommandLine line = new CommandLine(command);
            if (line.getCommandSpec().usageMessage().description().length == 0) {
                line.getCommandSpec().usageMessage().description(description);
            }
            parent.addSubcommand(name, line);
        }
    }
}
