package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "restart", description = "Start a node on its data, after stopping it in good order if it runs.")
final class RestartCommand implements Callable<Integer> {

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(180);

    @Parameters(paramLabel = "NODE", description = "Such as n1.")
    private String node;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Console console = new Console(spec);
        LocalCluster cluster = folder.cluster().tellingProgressTo(console::progress);
        cluster.restart(node);
        cluster.awaitReady(node, READY_TIMEOUT);
        console.say(node + " serves again");
        return ExitCodes.OK;
    }
}
