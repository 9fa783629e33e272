package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "partition",
        description = "Cut sides of the local cluster off from one another; clients reach all of them.",
        footer = {"", "Example: troupe partition n1 / n2,n3"})
final class PartitionCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "SIDES",
            arity = "1..*",
            description = "Two sides or more, with '/' between them; the nodes of a side with ',' between them.")
    private List<String> sides;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        LocalCluster cluster = folder.running();
        List<List<String>> parsed = parse(String.join(" ", sides));
        cluster.partition(parsed);
        String drawn = parsed.stream().map(side -> String.join(",", side)).collect(Collectors.joining(" | "));
        new Console(spec).say("Partitioned: " + drawn + ". End it with: " + folder.hint("heal"));
        return ExitCodes.OK;
    }

    static List<List<String>> parse(String text) {
        return Arrays.stream(text.split("/", -1))
                .map(side -> Arrays.stream(side.split("[,\\s]+"))
                        .filter(node -> !node.isEmpty())
                        .toList())
                .toList();
    }
}
