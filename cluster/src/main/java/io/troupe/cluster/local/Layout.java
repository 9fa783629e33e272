package io.troupe.cluster.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a local cluster consists of: the file {@code cluster.json} in its folder, by which later
 * commands find it.
 *
 * @param extraConfig HOCON appended to every node's configuration
 * @param partition sides that are cut off from one another now; empty when healed
 */
record Layout(
        String cluster,
        List<String> systems,
        List<Place> nodes,
        List<String> classPath,
        List<String> jvmOptions,
        String extraConfig,
        List<List<String>> partition) {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String FILE = "cluster.json";

    /** One node's ports; {@code systemPorts} by name of the system. */
    record Place(String id, int arteryPort, int httpPort, Map<String, Integer> systemPorts) {}

    /** @return empty when the folder holds no cluster */
    static Optional<Layout> read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(file.toFile(), Layout.class));
        } catch (IOException e) {
            throw new LocalClusterException(
                    file + " is damaged: " + LocalClusterException.problem(e)
                            + ". Stop what runs there and remove the folder",
                    e);
        }
    }

    void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Path temporary = folder.resolve(FILE + ".new");
            JSON.writeValue(temporary.toFile(), this);
            Files.move(temporary, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LocalClusterException(
                    "Cannot write " + folder.resolve(FILE) + ": " + e.getMessage()
                            + ". Choose a writable folder with --data",
                    e);
        }
    }

    Place place(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst().orElseThrow(() -> {
            List<String> ids = nodes.stream().map(Place::id).toList();
            return new LocalClusterException("There is no node '" + id + "'; the nodes are " + String.join(", ", ids));
        });
    }

    Layout withPartition(List<List<String>> sides) {
        return new Layout(cluster, systems, nodes, classPath, jvmOptions, extraConfig, sides);
    }

    /** The nodes that {@code id} cannot reach under the present partition. */
    List<String> cutOffFrom(String id) {
        boolean mentioned = partition.stream().anyMatch(side -> side.contains(id));
        List<String> others = new ArrayList<>();
        for (List<String> side : partition) {
            if (mentioned && !side.contains(id)) {
                others.addAll(side);
            }
        }
        return others;
    }
}
