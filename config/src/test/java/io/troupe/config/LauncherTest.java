package io.troupe.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user's first session: the launcher script and the distribution that was just packaged, command after command. */
@Timeout(1200)
class LauncherTest {

    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final Path LAUNCHER =
            Path.of("..", "troupe").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    private record Ran(int code, String out, String err) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(out);
        }
    }

    private Ran troupe(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(words));
        command.addAll(List.of("--data", cluster().toString()));
        Path out = Files.createTempFile(folder, "out", ".txt");
        Path err = Files.createTempFile(folder, "err", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("TROUPE_NO_BUILD", "1");
        builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1"); // JVMs that live a minute
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ended", command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Path cluster() {
        return folder.resolve("cluster");
    }

    private Ran done(String... words) throws Exception {
        Ran ran = troupe(words);
        assertThat(ran.code()).as("%s: %s", List.of(words), ran).isZero();
        return ran;
    }

    /** Once every node has answered in time, and said that it is ready. */
    private Ran statusWhenReady(String... options) {
        List<String> words = new ArrayList<>(List.of("status"));
        words.addAll(List.of(options));
        return await().atMost(PATIENCE).until(() -> troupe(words.toArray(String[]::new)), status -> status.code() == 0);
    }

    @AfterEach
    void stopWhatATestThatFailedLeft() throws Exception {
        troupe("down");
    }

    @Test
    void aClusterIsStartedUsedHurtMendedAndStopped() throws Exception {
        String started = done("up", "etcd", "--detach", "--base-port", "0").out();
        assertThat(started)
                .containsPattern("etcd +etcd v3 API \\(gRPC\\) +(http://127.0.0.1:\\d+ ){3} +ETCDCTL_API=3 etcdctl")
                .contains("Running in the background", LAUNCHER + " down --data " + cluster());

        JsonNode status = statusWhenReady("--json").json();
        assertThat(status.at("/ready").asBoolean()).isTrue();
        List<Long> pids = new ArrayList<>();
        List<String> endpoints = new ArrayList<>();
        status.at("/nodes").forEach(node -> {
            pids.add(node.at("/pid").asLong());
            endpoints.add("http://127.0.0.1:"
                    + node.at("/status/systems/0/endpoints/0/port").asInt());
            assertThat(node.at("/status/groups/0/term").asLong()).isPositive();
        });
        assertThat(endpoints).hasSize(3);

        answers(endpoints, "started");
        assertThat(done("kill", "n1").out()).contains("Sent SIGKILL to n1");
        answers(endpoints.subList(1, 3), "killed");
        assertThat(troupe("status")).satisfies(hurt -> {
            assertThat(hurt.code()).isEqualTo(1);
            assertThat(hurt.out()).containsPattern("n1 +- +not running +-");
        });
        assertThat(done("restart", "n1").out()).contains("n1 serves again");

        answers(endpoints.subList(0, 1), "restarted");

        assertThat(done("logs", "n1").out())
                .containsPattern("(?s)serving etcd clients on port .*serving etcd clients on port ");
        assertThat(done("down").out()).contains("The data stays in " + cluster());
        assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
        assertThat(troupe("status").code()).isEqualTo(1);
    }

    /** A client of these nodes writes and reads, and finds what was written before. */
    private static void answers(List<String> endpoints, String what) {
        try (Client client =
                Client.builder().endpoints(endpoints.toArray(String[]::new)).build()) {
            KV kv = client.getKVClient();
            answered(() -> kv.put(bytes(what), bytes("written")));
            for (String key : List.of(what, "started")) {
                assertThat(answered(() -> kv.get(bytes(key))).getKvs())
                        .as("%s, when %s", key, what)
                        .singleElement()
                        .satisfies(pair -> assertThat(pair.getValue()).hasToString("written"));
            }
        }
    }

    /** Asked again where an election came between. */
    private static <T> T answered(Supplier<CompletableFuture<T>> request) {
        return await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .until(() -> request.get().get(PATIENCE.toSeconds(), TimeUnit.SECONDS), answer -> true);
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
