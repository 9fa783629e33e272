package io.troupe.cluster.cli;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that says which local cluster a command is about. */
final class Folder {

    private static final String DEFAULT = ".troupe";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = DEFAULT,
            description = "The local cluster's folder (default: ${DEFAULT-VALUE} in the current directory).")
    private Path folder;

    Path path() {
        return folder;
    }

    /** What a command about the same cluster has to be given: nothing where it is the default. */
    String option() {
        return folder.equals(Path.of(DEFAULT)) ? "" : " --data " + folder;
    }

    /** The cluster that was started there, running or not. */
    LocalCluster cluster() {
        return LocalCluster.attach(folder)
                .orElseThrow(() -> new LocalClusterException("There is no cluster in " + folder
                        + ". Start one with: troupe up, or name its folder with --data"));
    }

    /** The cluster there, of which a node must be running. */
    LocalCluster running() {
        LocalCluster cluster = cluster();
        if (!cluster.isRunning()) {
            throw new LocalClusterException("The cluster in " + folder + " is not running. Start it with: troupe up"
                    + (cluster.systems().isEmpty() ? "" : " " + String.join(" ", cluster.systems()))
                    + option());
        }
        return cluster;
    }
}
