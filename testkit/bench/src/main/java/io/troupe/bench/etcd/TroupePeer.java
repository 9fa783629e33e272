package io.troupe.bench.etcd;

import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Three nodes of ours, each a JVM with the usual options. */
final class TroupePeer implements Peer {

    private static final String SYSTEM = "etcd";
    private static final Duration START_PATIENCE = Duration.ofSeconds(120);

    private final LocalCluster cluster;
    private final List<ProcessHandle> processes;
    private final Thread killAll;

    /** @param jvmOptions for every node, after the usual ones */
    TroupePeer(Path folder, List<String> jvmOptions, Consumer<String> progress) {
        cluster = LocalCluster.in(folder)
                .name("bench")
                .systems(SYSTEM)
                .jvmOptions(jvmOptions.toArray(String[]::new))
                .progress(progress)
                .start();
        killAll = new Thread(cluster::killAll, "bench-interrupted");
        Runtime.getRuntime().addShutdownHook(killAll);
        cluster.awaitReady(START_PATIENCE);
        processes = cluster.status().stream()
                .map(NodeState::pid)
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
    }

    @Override
    public String name() {
        return "troupe";
    }

    @Override
    public List<InetSocketAddress> endpoints() {
        return cluster.nodeIds().stream()
                .map(node -> new InetSocketAddress("127.0.0.1", cluster.port(SYSTEM, node)))
                .toList();
    }

    @Override
    public Duration serverCpu() {
        return processes.stream().map(Peer::cpuOf).reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        cluster.close();
        Runtime.getRuntime().removeShutdownHook(killAll);
    }
}
