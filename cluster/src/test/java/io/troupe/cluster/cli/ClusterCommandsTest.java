package io.troupe.cluster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.cluster.local.LocalCluster;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the commands say to and of a running cluster: one node's JVM, from its start to its end. */
@Timeout(900)
class ClusterCommandsTest {

    private static final Duration READY = Duration.ofSeconds(120);

    private record Ran(int code, String out, String err) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(out);
        }
    }

    @TempDir
    private Path folder;

    private Ran troupe(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--data", folder.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Troupe.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    @Test
    void aRunningClusterIsShownFrozenThawedKilledRestartedAndStopped() throws Exception {
        try (LocalCluster cluster = LocalCluster.in(folder)
                .nodes(1)
                .systems("echo")
                .jvmOptions("-Xmx192m", "-XX:TieredStopAtLevel=1")
                .start()) {
            cluster.awaitReady(READY);
            statusIsForPeopleAndForPrograms();
            logsPrintsWhatTheNodePrinted();
            aFrozenNodeDoesNotAnswerUntilItGoesOn();
            try (Following following = new Following()) {
                await().atMost(READY)
                        .untilAsserted(() -> assertThat(following.said()).contains("Forming cluster"));
                aKilledNodeIsGoneUntilItIsRestarted();
                await().atMost(READY).untilAsserted(() -> assertThat(following.said())
                        .as("what the node prints after a restart is followed too")
                        .containsPattern("(?s)Forming cluster.*Forming cluster"));
                assertThat(following.interrupted()).isEqualTo(ExitCodes.OK);
            }
            aSecondClusterInTheFolderIsRefused();
            assertThat(troupe("down").out()).contains("The data stays in " + folder);
        }
        assertThat(troupe("status").code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(troupe("down").out()).contains("Nothing was running");
        assertThat(troupe("heal").err())
                .contains("is not running")
                .contains("troupe up echo --nodes 1 --data " + folder);
    }

    /** Once the node has answered in time, and said that it is ready. */
    private Ran statusWhenReady(String... options) {
        List<String> words = new ArrayList<>(List.of("status"));
        words.addAll(List.of(options));
        return await().atMost(READY)
                .until(() -> troupe(words.toArray(String[]::new)), status -> status.code() == ExitCodes.OK);
    }

    private void statusIsForPeopleAndForPrograms() throws Exception {
        assertThat(statusWhenReady().out()).contains("NODE", "n1", "Up", "SYSTEM", "echo", "ready", "tcp://127.0.0.1:");

        JsonNode report = statusWhenReady("--json").json();
        assertThat(report.at("/folder").asText()).isEqualTo(folder.toString());
        assertThat(report.at("/ready").asBoolean()).isTrue();
        JsonNode node = report.at("/nodes/0");
        assertThat(node.at("/id").asText()).isEqualTo("n1");
        assertThat(node.at("/process").asText()).isEqualTo("RUNNING");
        assertThat(ProcessHandle.of(node.at("/pid").asLong())).isPresent();
        assertThat(node.at("/status/members/0/reachable").asBoolean()).isTrue();
        assertThat(node.at("/status/systems/0/endpoints/0/port").asInt()).isPositive();
        assertThat(node.at("/status/groups").isArray()).isTrue();
    }

    private void logsPrintsWhatTheNodePrinted() {
        Ran logs = troupe("logs", "n1");
        assertThat(logs.code()).isEqualTo(ExitCodes.OK);
        assertThat(logs.out()).contains("node=n1");
        Ran unknown = troupe("logs", "n7");
        assertThat(unknown.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(unknown.err()).contains("n7").contains("n1");
    }

    private void aSecondClusterInTheFolderIsRefused() {
        Ran second = troupe("up", "echo");
        assertThat(second.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(second.err()).contains("A cluster is running in " + folder, "troupe down --data " + folder);
        statusWhenReady(); // The first goes on.
    }

    /** {@code troupe logs n1 -f} in a thread of its own. */
    private final class Following implements AutoCloseable {

        private final StringWriter out = new StringWriter();
        private final AtomicInteger code = new AtomicInteger(-1);
        private final Thread thread = new Thread(() -> code.set(Troupe.commandLine()
                .setOut(new PrintWriter(out))
                .execute("logs", "n1", "-f", "--data", folder.toString())));

        Following() {
            thread.start();
        }

        String said() {
            return out.toString();
        }

        int interrupted() throws InterruptedException {
            thread.interrupt();
            thread.join(READY.toMillis());
            return code.get();
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    private void aFrozenNodeDoesNotAnswerUntilItGoesOn() throws Exception {
        Ran stop = troupe("kill", "n1", "--signal", "STOP");
        assertThat(stop.code()).isEqualTo(ExitCodes.OK);
        assertThat(stop.out()).contains("troupe kill n1 --signal CONT --data " + folder);
        Ran frozen = troupe("status", "--json");
        assertThat(frozen.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(frozen.json().at("/nodes/0/process").asText()).isEqualTo("RUNNING");
        assertThat(frozen.json().at("/nodes/0/status").isNull()).isTrue();

        assertThat(troupe("kill", "n1", "--signal", "cont").code()).isEqualTo(ExitCodes.OK);
        statusWhenReady();
    }

    private void aKilledNodeIsGoneUntilItIsRestarted() {
        assertThat(troupe("kill", "n1").out()).contains("Sent SIGKILL to n1").contains("troupe restart n1");
        Ran again = troupe("kill", "n1");
        assertThat(again.code()).isEqualTo(ExitCodes.FAILURE);
        assertThat(again.err()).contains("is not running", "troupe up echo --nodes 1 --data " + folder);
        assertThat(troupe("status").out()).contains("not running");

        Ran restarted = troupe("restart", "n1");
        assertThat(restarted.code()).isEqualTo(ExitCodes.OK);
        assertThat(restarted.out()).contains("n1 serves again");
    }
}
