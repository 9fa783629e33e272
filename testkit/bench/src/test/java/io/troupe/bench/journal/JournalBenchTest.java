package io.troupe.bench.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class JournalBenchTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return new CommandLine(new JournalBench())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    @Test
    void aShortRunPrintsARowForEachLoadWithSeveralEventsASyncAndLeavesNothingBehind() {
        int code = run(
                "--dir",
                directory.toString(),
                "--seconds",
                "1",
                "--passes",
                "1",
                "--warm-up",
                "0",
                "--actors",
                "1,64",
                "--event-bytes",
                "100");

        assertThat(code).isZero();
        List<String[]> rows = out.toString()
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words.length == 9 && words[0].matches("\\d+"))
                .toList();
        assertThat(rows).hasSize(2);
        assertThat(Double.parseDouble(rows.get(0)[4]))
                .as("one actor, one event a sync")
                .isEqualTo(1.0);
        assertThat(Double.parseDouble(rows.get(1)[4]))
                .as("64 actors share syncs")
                .isGreaterThan(2.0);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatCannotBeMeasuredIsRefusedSayingWhy() {
        assertThat(run("--seconds", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--seconds is 1 to 60, not 0");
        assertThat(run("--dir", directory.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("nowhere").contains("--dir");
    }
}
