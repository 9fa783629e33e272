package io.troupe.cluster.cli;

import io.troupe.cluster.node.Lives;
import io.troupe.cluster.node.NodeFailure;
import io.troupe.cluster.node.NodeSettings;
import io.troupe.cluster.node.SettingsException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "node",
        description = "Run one node in the foreground: what systemd or a container runs on separate machines.",
        footer = {
            "",
            "Logs go to standard output. SIGTERM leaves the cluster in good order.",
            "Exit codes beside the usual: 3 wrong configuration, 4 data directory, 5 address in use,",
            "6 refused by the cluster, 75 downed as a minority: start it again (--rejoin does)."
        })
final class NodeCommand implements Callable<Integer> {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The node's HOCON file.")
    private Path config;

    @Option(
            names = "--rejoin",
            description = "When the split-brain resolver has downed the node, go on with its systems and begin a new"
                    + " life in this process once it can rejoin, instead of exiting with 75.")
    private boolean rejoin;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            return Lives.run(NodeSettings.load(config), rejoin, err);
        } catch (SettingsException e) {
            err.println("troupe: " + e.getMessage());
            return ExitCodes.CONFIGURATION;
        } catch (NodeFailure e) {
            err.println("troupe: " + e.getMessage());
            return e.exitCode();
        }
    }
}
