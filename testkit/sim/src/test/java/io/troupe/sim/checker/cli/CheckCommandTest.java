package io.troupe.sim.checker.cli;

import static io.troupe.sim.checker.cli.Check.check;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest {

    private static final String VALID =
            """
            {:process 0, :type :invoke, :f :write, :value 1}
            {:process 1, :type :invoke, :f :read, :value nil}
            {:process 0, :type :ok, :f :write, :value 1}
            {:process 1, :type :ok, :f :read, :value 1}
            """;

    private static final String STALE =
            """
            {:process 0, :type :invoke, :f :write, :value 1}
            {:process 0, :type :ok, :f :write, :value 1}
            {:process 0, :type :invoke, :f :write, :value 2}
            {:process 0, :type :ok, :f :write, :value 2}
            {:process 1, :type :invoke, :f :read, :value nil}
            {:process 1, :type :ok, :f :read, :value 1}
            """;

    @TempDir
    private Path folder;

    @Test
    void aValidHistoryEndsWithZero() {
        var ran = check(VALID, "--model", "register");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains(": valid (register: 2 operations by 2 clients, linearizable");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void anInvalidHistoryEndsWithOneAndShowsWhereItBreaks() {
        var ran = check(STALE, "--model", "register");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out())
                .contains(": invalid")
                .contains("cannot be explained:  line 5-6  process 1  read -> 1")
                .contains("possible states before it:  2")
                .contains("longest linearizable prefix: 2 operations")
                .contains("line 3-4  process 0  write 2 -> ok");
    }

    @Test
    void theStatesThatOpenOperationsMakePossibleAreShown() {
        var ran = check(
                """
                {:process 0, :type :invoke, :f :write, :value 1}
                {:process 0, :type :ok, :f :write, :value 1}
                {:process 2, :type :invoke, :f :write, :value 2}
                {:process 2, :type :info, :f :write, :value 2}
                {:process 1, :type :invoke, :f :read, :value nil}
                {:process 1, :type :ok, :f :read, :value 7}
                """,
                "--model",
                "register");
        assertThat(ran.out())
                .contains("possible states before it:  1  or  2")
                .contains("line 3-4  process 2  write 2 -> ? (outcome unknown)");
    }

    @Test
    void whatTakesTooLongIsUnknownAndEndsWithTwo() {
        var hard = new StringBuilder();
        for (int process = 0; process < 40; process++) {
            hard.append("{:process %d, :type :invoke, :f :write, :value %d}%n".formatted(process, process));
        }
        hard.append("{:process 100, :type :invoke, :f :read}\n{:process 100, :type :ok, :f :read, :value :never}\n");
        for (int process = 0; process < 40; process++) {
            hard.append("{:process %d, :type :ok, :f :write, :value %d}%n".formatted(process, process));
        }
        var ran = check(hard.toString(), "--model", "register", "--timeout", "50ms");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.out()).contains(": unknown").contains("no answer within PT0.05S");
    }

    @Test
    void badInputEndsWithThreeAndNamesTheLine() {
        var ran = check(VALID + "{:process 1, :type :okay, :f :read}", "--model", "register");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("line 5: the :type of an operation is :invoke, :ok, :fail or :info, not :okay");
    }

    @Test
    void aFileThatIsNotThereEndsWithThree() {
        var ran = Check.run("--model", "register", folder.resolve("absent.edn").toString());
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err()).contains("absent.edn: there is no such file");
    }

    @Test
    void aWrongCommandLineEndsWithSixtyFour() {
        assertThat(Check.run("--model", "regster", "x").code()).isEqualTo(64);
        assertThat(Check.run("--model", "regster", "x").err())
                .contains("There is no model 'regster'; there are register,");
        assertThat(Check.run("x").code()).isEqualTo(64);
        assertThat(Check.run("--model", "register").code()).isEqualTo(64);
        assertThat(check(VALID, "--model", "register", "--timeout", "soon").code())
                .isEqualTo(64);
        assertThat(check(VALID, "--model", "register", "--format", "xml").code())
                .isEqualTo(64);
        assertThat(check(VALID, "--model", "register", "--initial", "(").code()).isEqualTo(64);
    }

    @Test
    void helpListsModelsExitCodesAndExamples() {
        var ran = Check.run("--help");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("cas-register").contains("Exit codes").contains("troupe check --model");
    }

    @Test
    void ofSeveralFilesTheWorstCounts() throws IOException {
        var valid = Files.writeString(folder.resolve("valid.edn"), VALID).toString();
        var stale = Files.writeString(folder.resolve("stale.edn"), STALE).toString();
        var broken =
                Files.writeString(folder.resolve("broken.edn"), "{:process").toString();
        var both = Check.run("--model", "register", valid, stale, valid);
        assertThat(both.code()).isEqualTo(1);
        assertThat(both.out()).contains("valid.edn: valid").contains("stale.edn: invalid");
        assertThat(Check.run("--model", "register", stale, broken, valid).code())
                .isEqualTo(3);
    }

    @Test
    void jsonSaysTheSameToAProgram() throws IOException {
        var object = new ObjectMapper()
                .readTree(check(STALE, "--model", "register", "--json").out());
        assertThat(object.get("verdict").asText()).isEqualTo("invalid");
        assertThat(object.get("anomaly").asText()).isEqualTo("not linearizable");
        assertThat(object.get("breaks-at").asText()).contains("process 1  read -> 1");
        assertThat(object.get("possible-states").get(0).asText()).isEqualTo("2");
        assertThat(object.get("longest-linearizable-prefix")).hasSize(2);
    }

    @Test
    void eventsOfAHistoryOnOneLineAreToldApart() {
        String array = "[{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":1},"
                + "{\"process\":0,\"type\":\"ok\",\"f\":\"write\",\"value\":1},"
                + "{\"process\":1,\"type\":\"invoke\",\"f\":\"read\"},"
                + "{\"process\":1,\"type\":\"ok\",\"f\":\"read\",\"value\":2}]";
        assertThat(check(array, "--model", "register").out())
                .contains("cannot be explained:  event 3-4  process 1  read -> 2")
                .contains("event 1-2  process 0  write 1 -> ok");
    }

    @Test
    void manyAndLongStatesAreCutShort() {
        String element = "x".repeat(300);
        var adds = new StringBuilder();
        for (int process = 0; process < 4; process++) {
            adds.append("{:process %d :type :invoke :f :add :value \"%s%d\"}%n".formatted(process, element, process));
        }
        var ran = check(
                adds + "{:process 9 :type :invoke :f :read}\n{:process 9 :type :ok :f :read :value [1]}\n",
                "--model",
                "set");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.out().lines().filter(line -> line.contains("possible states")))
                .singleElement()
                .satisfies(line -> assertThat(line).hasSizeLessThan(1000).endsWith("  or  …"));
    }

    @Test
    void aDashReadsStandardInput() {
        var before = System.in;
        System.setIn(new ByteArrayInputStream(STALE.getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(Check.run("--model", "register", "-").code()).isEqualTo(1);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void gzippedHistoriesAreReadFromFilesAndFromStandardInput() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(STALE.getBytes(StandardCharsets.UTF_8));
        }
        var file = folder.resolve("stale.edn.gz");
        Files.write(file, bytes.toByteArray());
        assertThat(check(file, "--model", "register").code()).isEqualTo(1);
        var before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(bytes.toByteArray()));
            assertThat(Check.run("--model", "register", "-").code()).isEqualTo(1);
        } finally {
            System.setIn(before);
        }
        Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
        assertThat(check(file, "--model", "register").code()).isEqualTo(3);
    }
}
