package io.troupe.bench.etcd;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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

    private final List<Process> processes = new ArrayList<>();
    private final List<InetSocketAddress> endpoints = new ArrayList<>();
    private final Thread killAll = new Thread(() -> processes.forEach(Process::destroyForcibly), "bench-interrupted");

    /** The program on the PATH, if it is there. */
    static Optional<Path> program() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "etcd"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    RealEtcdPeer(Path program, Path folder) throws IOException {
        List<Integer> ports = freePorts(2 * MEMBERS);
        String members = IntStream.range(0, MEMBERS)
                .mapToObj(i -> "e" + i + "=http://127.0.0.1:" + ports.get(MEMBERS + i))
                .collect(Collectors.joining(","));
        Runtime.getRuntime().addShutdownHook(killAll);
        for (int i = 0; i < MEMBERS; i++) {
            String clients = "http://127.0.0.1:" + ports.get(i);
            String peers = "http://127.0.0.1:" + ports.get(MEMBERS + i);
            processes.add(new ProcessBuilder(
                            program.toString(),
                            "--name=e" + i,
                            "--data-dir=" + folder.resolve("e" + i),
                            "--listen-client-urls=" + clients,
                            "--advertise-client-urls=" + clients,
                            "--listen-peer-urls=" + peers,
                            "--initial-advertise-peer-urls=" + peers,
                            "--initial-cluster=" + members)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("e" + i + ".log").toFile())
                    .start());
            endpoints.add(new InetSocketAddress("127.0.0.1", ports.get(i)));
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public List<InetSocketAddress> endpoints() {
        return endpoints;
    }

    @Override
    public Duration serverCpu() {
        return processes.stream().map(process -> Peer.cpuOf(process.toHandle())).reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            try {
                if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        Runtime.getRuntime().removeShutdownHook(killAll);
    }
}
