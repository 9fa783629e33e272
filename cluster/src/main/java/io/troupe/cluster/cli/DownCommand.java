package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "down", description = "Stop the local cluster in good order; its data stays.")
final class DownCommand implements Callable<Integer> {

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Console console = new Console(spec);
        LocalCluster cluster = folder.cluster().tellingProgressTo(console::progress);
        if (!cluster.isRunning()) {
            console.say("Nothing was running in " + cluster.folder());
            return ExitCodes.OK;
        }
        cluster.stop();
        console.say("Stopped. The data stays in " + cluster.folder());
        return ExitCodes.OK;
    }
}
