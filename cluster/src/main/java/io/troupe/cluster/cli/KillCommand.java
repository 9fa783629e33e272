package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.Signal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "kill", description = "Send a signal to a node's JVM.")
final class KillCommand implements Callable<Integer> {

    @Parameters(paramLabel = "NODE", description = "Such as n1.")
    private String node;

    @Option(
            names = "--signal",
            paramLabel = "SIGNAL",
            defaultValue = "KILL",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Signal signal;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LocalCluster cluster = folder.running();
        if (signal == Signal.KILL) {
            cluster.kill(node);
        } else {
            cluster.signal(node, signal);
        }
        String next =
                switch (signal) {
                    case KILL, TERM -> ". Start it again with: " + folder.hint("restart " + node);
                    case STOP -> ". Let it go on with: " + folder.hint("kill " + node + " --signal CONT");
                    case CONT -> "";
                };
        new Console(spec).say("Sent SIG" + signal + " to " + node + next);
        return ExitCodes.OK;
    }
}
