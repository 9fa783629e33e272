package io.troupe.cluster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import io.troupe.cluster.node.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        description = "Show nodes, systems and consensus groups of the local cluster.",
        footer = {"", "Exit code 0 when every node is ready, 1 otherwise."})
final class StatusCommand implements Callable<Integer> {

    @Option(names = "--json", description = "For programs: an object with the nodes' own statuses.")
    private boolean json;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    /** The shape of {@code --json}. */
    record Report(String folder, boolean ready, List<NodeState> nodes) {}

    @Override
    public Integer call() throws JsonProcessingException {
        Console console = new Console(spec);
        LocalCluster cluster = folder.cluster();
        List<NodeState> nodes = cluster.status();
        boolean ready = nodes.stream().allMatch(NodeState::isReady);
        if (json) {
            console.say(new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValueAsString(new Report(cluster.folder().toString(), ready, nodes)));
        } else {
            nodes(console, nodes);
            systems(console, nodes);
            groups(console, nodes);
        }
        return ready ? ExitCodes.OK : ExitCodes.FAILURE;
    }

    private static void nodes(Console console, List<NodeState> nodes) {
        List<List<String>> rows = new ArrayList<>();
        for (NodeState node : nodes) {
            NodeStatus status = node.status();
            boolean running = node.process() == NodeState.Process.RUNNING;
            rows.add(List.of(
                    node.id(),
                    running ? Long.toString(node.pid()) : "-",
                    status != null ? status.membership() : running ? "does not answer" : "not running",
                    running ? seenBy(node, nodes) : "-",
                    status != null
                            ? String.join(
                                    ",",
                                    status.members().stream()
                                            .filter(member -> member.node().equals(node.id()))
                                            .flatMap(member -> member.roles().stream())
                                            .collect(Collectors.toCollection(TreeSet::new)))
                            : "",
                    status == null || status.faults().cutOffFrom().isEmpty()
                            ? ""
                            : "cut off from " + String.join(",", status.faults().cutOffFrom())));
        }
        console.table(List.of("NODE", "PID", "MEMBER", "REACHABLE", "ROLES", "FAULTS"), rows);
    }

    /** Whether the others reach the node: yes, no, or who does not. */
    private static String seenBy(NodeState node, List<NodeState> nodes) {
        List<String> blind = new ArrayList<>();
        int asked = 0;
        for (NodeState other : nodes) {
            NodeStatus status = other.status();
            if (status == null || other.id().equals(node.id())) {
                continue;
            }
            asked++;
            boolean sees =
                    status.members().stream().anyMatch(member -> member.node().equals(node.id()) && member.reachable());
            if (!sees) {
                blind.add(other.id());
            }
        }
        if (asked == 0) {
            return nodes.size() == 1 ? "yes" : "?";
        }
        return blind.isEmpty() ? "yes" : blind.size() == asked ? "no" : "not by " + String.join(",", blind);
    }

    private static void systems(Console console, List<NodeState> nodes) {
        List<List<String>> rows = new ArrayList<>();
        for (NodeState node : nodes) {
            NodeStatus status = node.status();
            if (status != null) {
                status.systems()
                        .forEach(system -> rows.add(List.of(
                                system.system(),
                                node.id(),
                                system.ready() ? "ready" : "not ready",
                                system.endpoints().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(" ")),
                                system.detail())));
            }
        }
        if (!rows.isEmpty()) {
            rows.sort((a, b) -> (a.get(0) + a.get(1)).compareTo(b.get(0) + b.get(1)));
            console.say("");
            console.table(List.of("SYSTEM", "NODE", "HEALTH", "ENDPOINTS", "DETAIL"), rows);
        }
    }

    private static void groups(Console console, List<NodeState> nodes) {
        List<List<String>> rows = new ArrayList<>();
        for (NodeState node : nodes) {
            NodeStatus status = node.status();
            for (NodeStatus.Group group : status == null ? List.<NodeStatus.Group>of() : status.groups()) {
                rows.add(List.of(
                        group.group(),
                        node.id(),
                        group.role().toLowerCase(Locale.ROOT),
                        Objects.requireNonNullElse(group.leader(), "").isEmpty() ? "-" : group.leader(),
                        Long.toString(group.term()),
                        Long.toString(group.commitIndex()),
                        Long.toString(group.appliedIndex())));
            }
        }
        if (!rows.isEmpty()) {
            rows.sort((a, b) -> (a.get(0) + a.get(1)).compareTo(b.get(0) + b.get(1)));
            console.say("");
            console.table(List.of("GROUP", "NODE", "ROLE", "LEADER", "TERM", "COMMIT", "APPLIED"), rows);
        }
    }
}
