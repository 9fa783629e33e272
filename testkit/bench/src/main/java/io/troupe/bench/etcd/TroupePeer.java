package io.troupe.bench.etcd;

import io.troupe.bench.load.Costs;
import io.troupe.cluster.Endpoint;
import io.troupe.cluster.GroupEngines;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import io.troupe.cluster.local.NodeState;
import io.troupe.pbft.PbftEngine;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Three nodes of ours, each a JVM with the usual options; four where the engine asks for that. */
final class TroupePeer implements Peer {

    private static final String SYSTEM = "etcd";
    private static final int NODES = 3;
    private static final Duration START_PATIENCE = Duration.ofSeconds(120);

    private final String name;
    private final LocalCluster cluster;
    private final Thread killAll;
    private List<ProcessHandle> processes;

    /**
     * @param engine that orders the store's commands, one of {@link GroupEngines#NAMES}; empty for the usual one
     * @param jvmOptions for every node, after the usual ones
     * @throws LocalClusterException when a node does not start; none is left running then
     */
    TroupePeer(Path folder, Optional<String> engine, List<String> jvmOptions, Consumer<String> progress) {
        name = engine.orElse("troupe");
        cluster = LocalCluster.in(folder)
                .name("bench")
                .nodes(engine.filter(PbftEngine.NAME::equals).isPresent() ? GroupEngines.PBFT_MEMBERS_MIN : NODES)
                .config(engine.map("troupe.groups.engine = "::concat).orElse(""))
                .systems(SYSTEM)
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .progress(progress)
                .start();
        killAll = new Thread(cluster::killAll, "bench-interrupted");
        Runtime.getRuntime().addShutdownHook(killAll);
        try {
            cluster.awaitReady(START_PATIENCE);
        } catch (LocalClusterException e) {
            cluster.killAll();
            Runtime.getRuntime().removeShutdownHook(killAll);
            throw e;
        }
        processes = findProcesses();
    }

    private List<ProcessHandle> findProcesses() {
        return cluster.status().stream()
                .map(NodeState::pid)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<InetSocketAddress> endpoints() {
        return cluster.nodeIds().stream()
                .map(node -> new InetSocketAddress("127.0.0.1", cluster.port(SYSTEM, node)))
                .toList();
    }

    @Override
    public Costs costs() {
        Duration cpu = processes.stream().map(Costs::cpuOf).reduce(Duration.ZERO, Duration::plus);
        double syncs = cluster.nodeIds().stream()
                .mapToDouble(node -> metric(node, "troupe_journal_syncs_total", ""))
                .sum();
        return new Costs(cpu, (long) syncs, processes.size());
    }

    private double metric(String node, String name, String label) {
        Endpoint http = cluster.http(node);
        return Inspection.metric(URI.create("http://" + http.host() + ":" + http.port() + "/metrics"), name, label);
    }

    @Override
    public void kill(int member) {
        cluster.kill(cluster.nodeIds().get(member));
    }

    @Override
    public void restart(int member) {
        String node = cluster.nodeIds().get(member);
        cluster.start(node);
        cluster.awaitReady(node, START_PATIENCE);
        processes = findProcesses();
    }

    @Override
    public List<Long> heapBytes() {
        processes.forEach(process -> Inspection.collectGarbage(process.pid()));
        return cluster.nodeIds().stream()
                .map(node -> (long) metric(node, "jvm_memory_used_bytes", "area=\"heap\""))
                .toList();
    }

    @Override
    public List<Long> residentBytes() {
        return processes.stream()
                .map(process -> Inspection.residentBytes(process.pid()))
                .toList();
    }

    @Override
    public void close() {
        cluster.close();
        Runtime.getRuntime().removeShutdownHook(killAll);
    }
}
