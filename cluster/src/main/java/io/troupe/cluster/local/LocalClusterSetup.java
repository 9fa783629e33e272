package io.troupe.cluster.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import io.troupe.cluster.GroupEngines;
import io.troupe.cluster.Systems;
import io.troupe.cluster.node.KeyFiles;
import io.troupe.pbft.PbftEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** What a local cluster shall be like; {@link #start} starts it. Made by {@link LocalCluster#in}. */
public final class LocalClusterSetup {

    /** Unless told otherwise. */
    static final int NODES = 3;

    private static final int NODES_MAX = 9;

    private final Path folder;
    private int nodes = NODES;
    private int basePort;
    private String name = "local";
    private final List<String> systems = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private final StringBuilder config = new StringBuilder();
    private List<String> classPath = ClassPath.ofThisJvm();
    private Consumer<String> progress = line -> {};

    LocalClusterSetup(Path folder) {
        this.folder = folder;
    }

    /** From 1 to 9; 3 unless told otherwise. */
    public LocalClusterSetup nodes(int nodes) {
        this.nodes = nodes;
        return this;
    }

    /** Names of the systems to host; none unless told otherwise. */
    public LocalClusterSetup systems(String... names) {
        return systems(List.of(names));
    }

    public LocalClusterSetup systems(List<String> names) {
        systems.clear();
        names.stream().distinct().sorted().forEach(systems::add);
        return this;
    }

    /** Node n takes ten ports from {@code basePort + 10 n}; 0, the default, takes any that are free. */
    public LocalClusterSetup basePort(int basePort) {
        this.basePort = basePort;
        return this;
    }

    /** The cluster's name, {@code local} unless told otherwise. */
    public LocalClusterSetup name(String name) {
        this.name = name;
        return this;
    }

    /** HOCON for every node, over everything that is set here. */
    public LocalClusterSetup config(String hocon) {
        config.append(hocon).append('\n');
        return this;
    }

    /** Options of every node's JVM, after the usual ones. */
    public LocalClusterSetup jvmOptions(String... options) {
        jvmOptions.addAll(List.of(options));
        return this;
    }

    /** Absolute paths, of what every node's JVM finds its classes in; this JVM's class path unless told otherwise. */
    public LocalClusterSetup classPath(List<String> entries) {
        classPath = List.copyOf(entries);
        return this;
    }

    /** Gets a line at each step. */
    public LocalClusterSetup progress(Consumer<String> progress) {
        this.progress = progress;
        return this;
    }

    /**
     * Starts the nodes' JVMs and returns at once; {@link LocalCluster#awaitReady} waits.
     *
     * @throws LocalClusterException when one runs there already, a system is unknown, or ports are in use
     */
    public LocalCluster start() {
        if (nodes < 1 || nodes > NODES_MAX) {
            throw new LocalClusterException("A local cluster has 1 to " + NODES_MAX + " nodes, not " + nodes);
        }
        Systems known = Systems.onClassPath();
        for (String system : systems) {
            if (known.named(system).isEmpty()) {
                throw new LocalClusterException(
                        "There is no system '" + system + "'; there are: " + String.join(", ", known.names()));
            }
        }
        refuseOtherThanBefore();
        String settings = config + keysForPbft();
        Layout layout = new Layout(
                name,
                List.copyOf(systems),
                Ports.assign(nodes, systems, basePort),
                classPath,
                List.copyOf(jvmOptions),
                settings,
                List.of());
        layout.write(folder);
        LocalCluster cluster = new LocalCluster(folder, layout, progress);
        progress.accept("starting " + String.join(", ", cluster.nodeIds()) + " in " + folder);
        cluster.nodeIds().forEach(cluster::start);
        return cluster;
    }

    /** HOCON with the folder of the nodes' keys, which are made when they have none; empty without PBFT. */
    private String keysForPbft() {
        Config asked = ConfigFactory.parseString(config.toString());
        String engine = "troupe.groups.engine";
        if (!asked.hasPath(engine)
                || !asked.getString(engine).equals(PbftEngine.NAME)
                || asked.hasPath("troupe.pbft.keys")) {
            return "";
        }
        if (nodes < GroupEngines.PBFT_MEMBERS_MIN) {
            throw new LocalClusterException(
                    "PBFT bears f faulty nodes of 3f+1, so it takes at least " + GroupEngines.PBFT_MEMBERS_MIN
                            + " nodes, not " + nodes + ". Use --nodes " + GroupEngines.PBFT_MEMBERS_MIN);
        }
        Path keys = folder.toAbsolutePath().resolve("keys");
        if (!Files.exists(keys)) {
            KeyFiles.generate(
                    keys, IntStream.rangeClosed(1, nodes).mapToObj(i -> "n" + i).toList());
        }
        return "troupe.pbft.keys = " + ConfigUtil.quoteString(keys.toString()) + "\n";
    }

    private void refuseOtherThanBefore() {
        Optional<LocalCluster> before = LocalCluster.attach(folder);
        if (before.isEmpty()) {
            return;
        }
        if (before.get().isRunning()) {
            throw new LocalClusterException(
                    "A cluster is running in " + folder + ". Stop it with: " + Hint.command("down", folder));
        }
        int had = before.get().nodeIds().size();
        if (had != nodes) {
            throw new LocalClusterException(folder + " holds the data of " + had + " nodes, not " + nodes
                    + ". Use --nodes " + had + ", or another folder with --data");
        }
    }
}
