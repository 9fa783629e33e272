package io.troupe.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReplicationBenchTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new RaftBenchPlugin().command())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void threeJvmsOfOurRaftAndThreeOfSofasOrderCommandsAndAnswerReads() throws Exception {
        Path data = directory.resolve("data");
        assertThat(data.toFile().mkdir()).isTrue();
        Path json = directory.resolve("measured.json");

        int code = run(
                "--jvm-option=-XX:TieredStopAtLevel=1",
                "--dir=" + data,
                "--json=" + json,
                "--seconds=1",
                "--passes=1",
                "--warm-up=0",
                "--outstanding=8",
                "--value-bytes=100");

        assertThat(code).as("%s", err).isZero();
        for (String row : List.of(" raft ", " jraft ", " raft/jraft ")) {
            assertThat(out.toString().lines().filter(line -> line.contains(row)))
                    .as(row)
                    .hasSize(2);
        }
        JsonNode loads = new ObjectMapper().readTree(json.toFile()).get("loads");
        assertThat(loads)
                .extracting(load -> load.get("peer").asText())
                .containsExactly("raft", "jraft", "raft", "jraft");
        for (JsonNode load : loads) {
            assertThat(load.get("median").get("operationsPerSecond").asDouble()).isPositive();
            assertThat(load.get("median").get("serverCpuMicros").asDouble()).isPositive();
            assertThat(load.get("median").get("failures").asLong()).isZero();
        }
        assertThat(loads.get(0).get("median").get("operationsPerSync").asDouble())
                .as("two of three sync each put, and one sync of theirs has at most the 8 outstanding; the mean is"
                        + " over all three")
                .isBetween(0.5, 8 * 1.5 + 0.5);
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void oneAtATimeAnEngineIsStartedForEachPass() {
        int code = run(
                "--one-at-a-time",
                "--engines=" + StandInEngine.NAME,
                "--jvm-option=-XX:TieredStopAtLevel=1",
                "--dir=" + directory,
                "--workload=PUT",
                "--seconds=1",
                "--passes=2",
                "--warm-up=0",
                "--outstanding=8",
                "--value-bytes=100");

        assertThat(code).as("%s", err).isZero();
        assertThat(out.toString().lines().filter(line -> line.contains(" stand-in ")))
                .hasSize(1);
        assertThat(out.toString().lines())
                .filteredOn(line -> line.startsWith("starting") || line.startsWith("pass"))
                .containsExactly(
                        "starting stand-in, 1 JVMs",
                        "pass 1 of 2: stand-in, put, 100 bytes, 8 outstanding",
                        "starting stand-in, 1 JVMs",
                        "pass 2 of 2: stand-in, put, 100 bytes, 8 outstanding");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void anUnknownEngineIsRefusedNamingThoseThatThereAre() {
        assertThat(run("--engines=raft,zab", "--dir=" + directory)).isEqualTo(2);
        assertThat(err.toString()).contains("There is no engine 'zab'").contains("jraft, multi-paxos, pbft, raft");
    }
}
