package io.troupe.etcd.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code troupe etcd} as a process, started and stopped as test harnesses start and stop etcd. */
class StandaloneProcessTest {

    private static final Duration START_MAX = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private Process etcd(Path log, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.troupe.cluster.cli.Troupe", "etcd"));
        command.addAll(List.of(flags));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.directory(folder.toFile());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static void awaitReady(Process process, Path log) throws Exception {
        Awaitility.await()
                .atMost(START_MAX)
                .failFast("the process has ended; see its log " + log, () -> !process.isAlive())
                .until(() -> Files.readString(log).contains("ready to serve client requests"));
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }

    private static String get(String url) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString(UTF_8))
                .body();
    }

    @Test
    void itServesIsKilledComesBackByItsDataDirectoryAndRefusesAStrangersToken() throws Exception {
        String client = "http://127.0.0.1:" + freePort();
        String peer = "http://127.0.0.1:" + freePort();
        String[] flags = {
            "--name=Member_1",
            "--data-dir",
            folder.resolve("data").toString(),
            "--listen-client-urls",
            client,
            "--advertise-client-urls",
            client,
            "--listen-peer-urls=" + peer,
            "-initial-advertise-peer-urls",
            peer,
            "--initial-cluster-token",
            "first",
            "--logger=zap"
        };
        Path log = folder.resolve("log");
        Process first = etcd(log, flags);
        awaitReady(first, log);
        assertThat(get(client + "/health")).isEqualTo("{\"health\":\"true\"}");
        assertThat(get(client + "/metrics")).contains("etcd_server_has_leader").contains("jvm_memory");
        assertThat(Files.readString(log)).contains("\"level\":\"info\"").contains("\"msg\":\"");
        try (Client jetcd = Client.builder().endpoints(client).build()) {
            jetcd.getKVClient().put(bytes("k"), bytes("v")).get(20, TimeUnit.SECONDS);
        }
        first.destroyForcibly().waitFor();

        flags[10] = "--initial-cluster-state=existing"; // What begins with --initial is of no account any more.
        flags[11] = "--snapshot-count=1000";
        Process second = etcd(log, flags);
        awaitReady(second, log);
        assertThat(Files.readString(log)).contains("already initialized as member before");
        try (Client jetcd = Client.builder().endpoints(client).build()) {
            assertThat(jetcd.getKVClient()
                            .get(bytes("k"))
                            .get(20, TimeUnit.SECONDS)
                            .getCount())
                    .isEqualTo(1);
        }

        String other = "http://127.0.0.1:" + freePort();
        String others = "http://127.0.0.1:" + freePort();
        Path strangersLog = folder.resolve("strangers-log");
        Process stranger = etcd(
                strangersLog,
                "--name=b",
                "--initial-cluster=Member_1=" + peer + ",b=" + other,
                "--initial-advertise-peer-urls=" + other,
                "--listen-peer-urls=" + other,
                "--listen-client-urls=" + others,
                "--advertise-client-urls=" + others,
                "--initial-cluster-token=second");
        assertThat(stranger.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(stranger.exitValue()).isEqualTo(1);
        assertThat(Files.readString(strangersLog))
                .contains("Member_1")
                .contains("belongs to cluster 'first', this node to 'second'");

        second.destroy();
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(143);
    }

    @Test
    void aFlagThatThereIsNotIsRefusedWithEtcdsExitCode() throws Exception {
        Path log = folder.resolve("log");
        Process process = etcd(log, "--nonsense");
        assertThat(process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readString(log)).contains("flag provided but not defined: -nonsense\nUsage:");
    }
}
