package io.troupe.cluster.cli;

import io.troupe.cluster.node.KeyFiles;
import io.troupe.cluster.node.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "keys",
        description = "Make the keys by which the nodes of a cluster prove their words to each other (engine pbft).",
        footer = {
            "",
            "Writes NODE.key and NODE.pub for each node. Give every node its own .key and the .pub files of all, in"
                    + " the",
            "folder that its troupe.pbft.keys names. Example: troupe keys --out keys n1 n2 n3 n4"
        })
final class KeysCommand implements Callable<Integer> {

    @Parameters(paramLabel = "NODE", arity = "1..*", description = "Ids of all members of the cluster.")
    private List<String> nodes;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            defaultValue = "keys",
            description = "Where to write (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            KeyFiles.generate(folder, nodes.stream().distinct().toList())
                    .forEach(file -> new Console(spec).say(file.toString()));
            return ExitCodes.OK;
        } catch (SettingsException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
