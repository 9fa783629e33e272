package io.troupe.cluster.local;

import io.troupe.cluster.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A cluster of node JVMs on this machine's loopback, kept in one folder: started by {@link #in},
 * found again by {@link #attach}. The nodes outlive the JVM that started them until {@link #stop}
 * ({@link #close} calls it), which keeps the data; starting again in the same folder goes on with it.
 *
 * <p>Not thread-safe. Every failure is a {@link LocalClusterException} that says what to do next.
 */
public final class LocalCluster implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);
    private static final Duration FAULT_SWITCH_TIMEOUT = Duration.ofSeconds(30);

    private final Path folder;
    private final Consumer<String> progress;
    private final NodeClient client = new NodeClient();
    private Layout layout;

    LocalCluster(Path folder, Layout layout, Consumer<String> progress) {
        this.folder = folder;
        this.layout = layout;
        this.progress = progress;
    }

    /** Describes a cluster to be started in {@code folder}. */
    public static LocalClusterSetup in(Path folder) {
        return new LocalClusterSetup(folder.toAbsolutePath().normalize());
    }

    /** Finds the cluster in {@code folder}, running or stopped; empty when none was ever started there. */
    public static Optional<LocalCluster> attach(Path folder) {
        Path absolute = folder.toAbsolutePath().normalize();
        return Layout.read(absolute).map(layout -> new LocalCluster(absolute, layout, line -> {}));
    }

    /** The same cluster, telling its progress to {@code progress}, a line a step. */
    public LocalCluster tellingProgressTo(Consumer<String> progress) {
        return new LocalCluster(folder, layout, progress);
    }

    public Path folder() {
        return folder;
    }

    /** Node ids: n1, n2, … */
    public List<String> nodeIds() {
        return layout.nodes().stream().map(Layout.Place::id).toList();
    }

    /** Names of the systems it was started with. */
    public List<String> systems() {
        return layout.systems();
    }

    /** What starts this cluster again when it was stopped: the words after the command's name. */
    public String startAgain() {
        List<String> words = new ArrayList<>(List.of("up"));
        words.addAll(systems());
        if (layout.nodes().size() != LocalClusterSetup.NODES) {
            words.add("--nodes " + layout.nodes().size());
        }
        return String.join(" ", words);
    }

    /** The node's log: everything it printed since the folder was made. */
    public Path log(String node) {
        return nodeFolder(node).resolve("node.log");
    }

    /** Where the node answers HTTP: {@code /health}, {@code /ready}, {@code /metrics}, {@code /status}. */
    public Endpoint http(String node) {
        return new Endpoint("http", "127.0.0.1", layout.place(node).httpPort());
    }

    /** The port given to the system on the node. */
    public int port(String system, String node) {
        Integer port = layout.place(node).systemPorts().get(system);
        if (port == null) {
            throw new LocalClusterException("This cluster was not started with '" + system + "'; it has " + systems());
        }
        return port;
    }

    /** Asks every node; one that does not answer within three seconds has no status. */
    public List<NodeState> status() {
        List<CompletableFuture<NodeState>> asked = new ArrayList<>();
        for (Layout.Place place : layout.nodes()) {
            Optional<NodeProcess> alive = process(place.id()).filter(NodeProcess::isAlive);
            asked.add(
                    alive.isEmpty()
                            ? CompletableFuture.completedFuture(
                                    new NodeState(place.id(), NodeState.Process.GONE, 0, null))
                            : client.status(place.httpPort())
                                    .thenApply(status -> new NodeState(
                                            place.id(),
                                            NodeState.Process.RUNNING,
                                            alive.get().pid(),
                                            status.orElse(null))));
        }
        return asked.stream().map(CompletableFuture::join).toList();
    }

    public boolean isRunning(String node) {
        layout.place(node);
        return process(node).filter(NodeProcess::isAlive).isPresent();
    }

    /** Whether any node's process is alive. */
    public boolean isRunning() {
        return nodeIds().stream().anyMatch(this::isRunning);
    }

    /**
     * Waits until every node whose process runs is ready.
     *
     * @return how all nodes were then
     */
    public List<NodeState> awaitReady(Duration timeout) {
        return new Readiness(this, progress)
                .await(nodeIds().stream().filter(this::isRunning).toList(), timeout);
    }

    /** Waits until the node is ready. */
    public void awaitReady(String node, Duration timeout) {
        layout.place(node);
        new Readiness(this, progress).await(List.of(node), timeout);
    }

    /** SIGKILL: the node's process is gone when this returns. */
    public void kill(String node) {
        NodeProcess process = running(node);
        process.signal(Signal.KILL);
        process.awaitEnd(STOP_TIMEOUT);
    }

    /** Sends {@code signal} and returns at once. */
    public void signal(String node, Signal signal) {
        running(node).signal(signal);
    }

    private NodeProcess running(String node) {
        layout.place(node);
        return process(node)
                .filter(NodeProcess::isAlive)
                .orElseThrow(() -> new LocalClusterException(
                        node + " is not running. Start it with: " + Hint.command("restart " + node, folder)));
    }

    /** Starts a node that is not running. Returns at once; {@link #awaitReady} waits. */
    public void start(String node) {
        if (isRunning(node)) {
            throw new LocalClusterException(
                    node + " is running. Stop it first: " + Hint.command("kill " + node + " --signal TERM", folder));
        }
        new NodeLauncher(folder, layout).launch(layout.place(node));
    }

    /** Stops the node in good order if it runs, and starts it again on its data. Does not wait until it is ready. */
    public void restart(String node) {
        layout.place(node);
        process(node).filter(NodeProcess::isAlive).ifPresent(process -> end(node, process));
        start(node);
    }

    /**
     * Cuts the nodes of each side off from the nodes of every other side, in both directions, below
     * Artery; clients' ports stay open. A node in no side reaches everyone. Replaces an earlier
     * partition, and holds for nodes that restart, until {@link #heal}.
     */
    public void partition(List<List<String>> sides) {
        sides.forEach(side -> side.forEach(layout::place));
        List<String> all = sides.stream().flatMap(List::stream).toList();
        if (sides.size() < 2 || sides.stream().anyMatch(List::isEmpty)) {
            throw new LocalClusterException("A partition needs two sides or more, such as: n1 / n2,n3");
        }
        if (all.stream().distinct().count() < all.size()) {
            throw new LocalClusterException("A node can be on one side only; given were " + sides);
        }
        apply(layout.withPartition(sides));
    }

    /** Ends the partition. */
    public void heal() {
        apply(layout.withPartition(List.of()));
    }

    /** A node between two lives, as one that has just downed itself, answers again in a few seconds. */
    private void apply(Layout changed) {
        layout = changed;
        layout.write(folder);
        long start = System.nanoTime();
        List<String> failures = switchFaults();
        while (!failures.isEmpty() && System.nanoTime() - start < FAULT_SWITCH_TIMEOUT.toNanos()) {
            Readiness.pause();
            failures = switchFaults();
        }
        if (!failures.isEmpty()) {
            throw new LocalClusterException("The fault switch did not work on " + String.join("; ", failures)
                    + ". Wait until these nodes answer and repeat the command");
        }
    }

    private List<String> switchFaults() {
        Map<String, CompletableFuture<Optional<String>>> asked = new LinkedHashMap<>();
        for (Layout.Place place : layout.nodes()) {
            if (isRunning(place.id())) {
                asked.put(place.id(), client.cutOff(place.httpPort(), layout.cutOffFrom(place.id())));
            }
        }
        List<String> failures = new ArrayList<>();
        asked.forEach((node, answer) -> answer.join().ifPresent(failure -> failures.add(node + ": " + failure)));
        return failures;
    }

    /** Stops every node in good order, and kills those that take longer than 25 s. The data stays. */
    public void stop() {
        Map<String, NodeProcess> alive = new LinkedHashMap<>();
        for (String node : nodeIds()) {
            process(node).filter(NodeProcess::isAlive).ifPresent(process -> alive.put(node, process));
        }
        alive.values().forEach(process -> {
            process.signal(Signal.CONT); // one that is frozen can not stop in good order
            process.signal(Signal.TERM);
        });
        alive.forEach(this::awaitEnd);
        if (!layout.partition().isEmpty()) {
            layout = layout.withPartition(List.of());
            layout.write(folder);
        }
    }

    /** Kills every node at once. The data stays. */
    public void killAll() {
        nodeIds().forEach(node -> process(node).ifPresent(process -> process.signal(Signal.KILL)));
        nodeIds().forEach(node -> process(node).ifPresent(process -> process.awaitEnd(STOP_TIMEOUT)));
    }

    private void end(String node, NodeProcess process) {
        process.signal(Signal.CONT);
        process.signal(Signal.TERM);
        awaitEnd(node, process);
    }

    private void awaitEnd(String node, NodeProcess process) {
        if (!process.awaitEnd(STOP_TIMEOUT)) {
            progress.accept(node + " did not stop within " + STOP_TIMEOUT.toSeconds() + " s and is killed");
            process.signal(Signal.KILL);
            process.awaitEnd(STOP_TIMEOUT);
        }
        progress.accept(node + " stopped");
    }

    private Optional<NodeProcess> process(String node) {
        return NodeProcess.last(nodeFolder(node));
    }

    private Path nodeFolder(String node) {
        return folder.resolve(layout.place(node).id());
    }

    @Override
    public void close() {
        stop();
    }
}
