package io.troupe.cluster.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "heal", description = "End the partition of the local cluster.")
final class HealCommand implements Callable<Integer> {

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        folder.running().heal();
        new Console(spec).say("Healed: every node reaches every other");
        return ExitCodes.OK;
    }
}
