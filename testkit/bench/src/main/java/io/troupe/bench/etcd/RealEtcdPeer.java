package io.troupe.bench.etcd;

import io.troupe.bench.load.Costs;
import io.troupe.cluster.local.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three processes of the etcd that is installed, with its default settings, on free ports of loopback. */
final class RealEtcdPeer implements Peer {

    private static final int MEMBERS = 3;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);

    private final Path program;
    private final Path folder;
    private final List<Integer> ports;
    private final List<Process> processes = new ArrayList<>();
    private final Thread killAll = new Thread(() -> processes.forEach(Process::destroyForcibly), "bench-interrupted");

    /** The program on the PATH, if it is there. */
    static Optional<Path> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    RealEtcdPeer(Path program, Path folder) throws IOException {
        this.program = program;
        this.folder = folder;
        this.ports = FreePorts.next(2 * MEMBERS);
        Runtime.getRuntime().addShutdownHook(killAll);
        for (int i = 0; i < MEMBERS; i++) {
            processes.add(start(i));
        }
    }

    private Process start(int member) throws IOException {
        String members = IntStream.range(0, MEMBERS)
                .mapToObj(i -> "e" + i + "=" + peers(i))
                .collect(Collectors.joining(","));
        return new ProcessBuilder(
                        program.toString(),
                        "--name=e" + member,
                        "--data-dir=" + folder.resolve("e" + member),
                        "--listen-client-urls=" + clients(member),
                        "--advertise-client-urls=" + clients(member),
                        "--listen-peer-urls=" + peers(member),
                        "--initial-advertise-peer-urls=" + peers(member),
                        "--initial-cluster=" + members)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("e" + member + ".log").toFile()))
                .start();
    }

    private String clients(int member) {
        return "http://127.0.0.1:" + ports.get(member);
    }

    private String peers(int member) {
        return "http://127.0.0.1:" + ports.get(MEMBERS + member);
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public List<InetSocketAddress> endpoints() {
        return ports.subList(0, MEMBERS).stream()
                .map(port -> new InetSocketAddress("127.0.0.1", port))
                .toList();
    }

    @Override
    public Costs costs() {
        Duration cpu = processes.stream()
                .map(process -> Costs.cpuOf(process.toHandle()))
                .reduce(Duration.ZERO, Duration::plus);
        double syncs = IntStream.range(0, MEMBERS)
                .mapToDouble(i -> metric(i, "etcd_disk_wal_fsync_duration_seconds_count"))
                .sum();
        return new Costs(cpu, (long) syncs, MEMBERS);
    }

    private double metric(int member, String name) {
        return Inspection.metric(URI.create(clients(member) + "/metrics"), name, "");
    }

    @Override
    public void kill(int member) {
        processes.get(member).destroyForcibly();
        await(processes.get(member));
    }

    @Override
    public void restart(int member) {
        try {
            processes.set(member, start(member));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Long> heapBytes() {
        return IntStream.range(0, MEMBERS)
                .mapToObj(i -> (long) metric(i, "go_memstats_heap_alloc_bytes"))
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
        processes.forEach(Process::destroy);
        processes.forEach(RealEtcdPeer::await);
        Runtime.getRuntime().removeShutdownHook(killAll);
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
