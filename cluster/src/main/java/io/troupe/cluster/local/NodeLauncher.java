package io.troupe.cluster.local;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.troupe.cluster.Systems;
import io.troupe.cluster.TroupeSystem;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Writes a node's configuration into its folder and starts its JVM. */
final class NodeLauncher {

    private static final String MAIN = "io.troupe.cluster.cli.Troupe";
    private static final String HOST = "127.0.0.1";

    private final Path folder;
    private final Layout layout;

    NodeLauncher(Path folder, Layout layout) {
        this.folder = folder;
        this.layout = layout;
    }

    void launch(Layout.Place place) {
        Path nodeFolder = folder.resolve(place.id());
        Path config = nodeFolder.resolve("node.conf");
        try {
            Files.createDirectories(nodeFolder);
            Files.writeString(config, hocon(place, nodeFolder));
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot write " + config + ": " + e.getMessage() + ". Choose a writable folder with --data", e);
        }
        NodeProcess.start(nodeFolder, command(config));
    }

    private List<String> command(Path config) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid"); // a Ctrl-C in the terminal is for the launcher, which stops nodes in order
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JvmOptions.ofNode());
        command.addAll(layout.jvmOptions());
        command.addAll(List.of("-cp", String.join(File.pathSeparator, layout.classPath())));
        command.addAll(List.of(MAIN, "node", "--rejoin", "--config", config.toString()));
        return command;
    }

    private String hocon(Layout.Place place, Path nodeFolder) {
        Map<String, Object> values = new TreeMap<>();
        values.put("troupe.cluster.name", layout.cluster());
        values.put(
                "troupe.cluster.members",
                layout.nodes().stream()
                        .map(node -> node.id() + "@" + HOST + ":" + node.arteryPort())
                        .toList());
        values.put("troupe.node.id", place.id());
        values.put("troupe.node.data-dir", nodeFolder.resolve("data").toString());
        values.put("troupe.node.roles", List.copyOf(roles()));
        values.put("troupe.systems", layout.systems());
        values.put("troupe.artery.host", HOST);
        values.put("troupe.artery.port", place.arteryPort());
        values.put("troupe.http.host", HOST);
        values.put("troupe.http.port", place.httpPort());
        values.put("troupe.faults.enabled", true);
        values.put("troupe.faults.cut-off-from", layout.cutOffFrom(place.id()));
        StringBuilder hocon = new StringBuilder("# Written by the launcher at every start of this node.\n");
        values.forEach((path, value) -> hocon.append(path)
                .append(" = ")
                .append(ConfigValueFactory.fromAnyRef(value).render(ConfigRenderOptions.concise()))
                .append('\n'));
        for (TroupeSystem system : hosted()) {
            Integer port = place.systemPorts().get(system.name());
            if (port != null) {
                hocon.append(system.listenAt(port)).append('\n');
            }
        }
        return hocon.append(layout.extraConfig()).toString();
    }

    private List<TroupeSystem> hosted() {
        return Systems.onClassPath().all().stream()
                .filter(system -> layout.systems().contains(system.name()))
                .toList();
    }

    /** On one machine every node plays every role. */
    private TreeSet<String> roles() {
        TreeSet<String> roles = new TreeSet<>();
        hosted().forEach(system -> roles.addAll(system.roles()));
        return roles;
    }
}
