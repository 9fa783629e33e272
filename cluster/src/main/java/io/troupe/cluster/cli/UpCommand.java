package io.troupe.cluster.cli;

import io.troupe.cluster.Endpoint;
import io.troupe.cluster.GroupEngines;
import io.troupe.cluster.Systems;
import io.troupe.cluster.TroupeSystem;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import io.troupe.cluster.local.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "up", description = "Start a cluster of node JVMs on this machine and wait until it serves.")
final class UpCommand implements Callable<Integer> {

    private static final Duration READY_TIMEOUT = Duration.ofSeconds(180);

    @Parameters(
            paramLabel = "SYSTEM",
            arity = "0..*",
            description = "Systems to host; all that are installed when none is named.")
    private List<String> systems = new ArrayList<>();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--base-port",
            paramLabel = "P",
            defaultValue = "24000",
            description = "Node n takes ten ports from P + 10 n; 0 takes free ones (default: ${DEFAULT-VALUE}).")
    private int basePort;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "raft",
            description =
                    "What orders the commands of replicated groups: raft, multi-paxos, chain, or pbft, which takes 4"
                            + " nodes or more, and has keys made for them (default: ${DEFAULT-VALUE}).")
    private String engine;

    @Option(names = "--detach", description = "Return when the cluster serves; 'troupe down' stops it.")
    private boolean detach;

    @Mixin
    private Folder folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Console console = new Console(spec);
        List<String> asked = systems.isEmpty() ? Systems.onClassPath().names() : systems;
        LocalCluster cluster = LocalCluster.in(folder.path())
                .nodes(nodes)
                .systems(asked)
                .basePort(basePort)
                .config(engineSetting())
                .progress(console::progress)
                .start();
        CountDownLatch stopped = new CountDownLatch(1);
        Thread stopping = new Thread(
                () -> {
                    cluster.stop();
                    stopped.countDown();
                },
                "stopping");
        Runtime.getRuntime().addShutdownHook(stopping);
        List<NodeState> ready;
        try {
            ready = cluster.awaitReady(READY_TIMEOUT);
        } catch (LocalClusterException e) {
            console.progress("stopping what was started");
            throw e; // the shutdown hook stops it
        }
        table(console, cluster, ready);
        if (detach) {
            Runtime.getRuntime().removeShutdownHook(stopping);
            console.say("");
            console.say("Running in the background. See: " + folder.hint("status") + ". Stop it with: "
                    + folder.hint("down"));
            return ExitCodes.OK;
        }
        console.say("");
        console.say("Ctrl-C stops it; its data stays in " + cluster.folder());
        stopped.await();
        return ExitCodes.OK;
    }

    private String engineSetting() {
        if (!GroupEngines.NAMES.contains(engine)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "There is no engine '" + engine + "'; there are: " + String.join(", ", GroupEngines.NAMES));
        }
        return "troupe.groups.engine = " + engine;
    }

    private static void table(Console console, LocalCluster cluster, List<NodeState> nodes) {
        List<List<String>> rows = new ArrayList<>();
        for (String name : cluster.systems()) {
            TroupeSystem system = Systems.onClassPath().named(name).orElseThrow();
            List<Endpoint> all = nodes.stream()
                    .flatMap(node -> node.endpoints(name).stream())
                    .toList();
            rows.add(List.of(
                    name,
                    system.protocol(),
                    all.stream().map(Endpoint::toString).collect(Collectors.joining(" ")),
                    all.isEmpty() ? "" : system.tryWith(all)));
        }
        List<Endpoint> http = cluster.nodeIds().stream().map(cluster::http).toList();
        rows.add(List.of(
                "(nodes)",
                "health, metrics",
                http.stream().map(Endpoint::toString).collect(Collectors.joining(" ")),
                "curl " + http.get(0) + "/status"));
        console.say("");
        console.table(List.of("SYSTEM", "PROTOCOL", "ENDPOINTS", "TRY"), rows);
    }
}
