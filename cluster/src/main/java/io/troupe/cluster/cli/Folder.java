package io.troupe.cluster.cli;

import io.troupe.cluster.local.Hint;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which local cluster a command is about. */
final class Folder {

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = Hint.DEFAULT_FOLDER,
            description = "The local cluster's folder (default: ${DEFAULT-VALUE} in the current directory).")
    private Path folder;

    Path path() {
        return folder;
    }

    /** A command about the same cluster, for a person to type. */
    String hint(String words) {
        return Hint.command(words, folder);
    }

    /** The cluster that was started there, running or not. */
    LocalCluster cluster() {
        return LocalCluster.attach(folder)
                .orElseThrow(() -> new LocalClusterException("There is no cluster in " + folder + ". Start one with: "
                        + hint("up") + ", or name its folder with --data"));
    }

    /** The cluster there, of which a node must be running. */
    LocalCluster running() {
        LocalCluster cluster = cluster();
        if (!cluster.isRunning()) {
            throw new LocalClusterException(
                    "The cluster in " + folder + " is not running. Start it with: " + hint(cluster.startAgain()));
        }
        return cluster;
    }
}
