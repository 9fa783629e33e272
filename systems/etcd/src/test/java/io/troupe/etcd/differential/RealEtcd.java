package io.troupe.etcd.differential;

import static io.troupe.etcd.Patience.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.json.Curl;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A real etcd process of one member, on free ports of loopback. */
final class RealEtcd implements AutoCloseable {

    private final Process process;
    private final int port;

    private RealEtcd(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The program on the PATH, if it is there. */
    static Optional<Path> program(String name) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Returns when it serves. */
    static RealEtcd start(Path program, Path folder, String... more) throws IOException {
        int client = FreePorts.next();
        int peer = FreePorts.next();
        String clientUrl = "http://127.0.0.1:" + client;
        String peerUrl = "http://127.0.0.1:" + peer;
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + clientUrl,
                "--advertise-client-urls=" + clientUrl,
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--initial-cluster=default=" + peerUrl));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("etcd.log").toFile())
                .start();
        try {
            await("etcd serves; see its log in " + folder)
                    .failFast(() -> !process.isAlive())
                    .ignoreExceptions()
                    .until(() -> new Curl(client).get("/health").status() == 200);
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        return new RealEtcd(process, client);
    }

    int port() {
        return port;
    }

    ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
