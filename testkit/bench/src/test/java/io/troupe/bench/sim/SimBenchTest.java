package io.troupe.bench.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.cli.ExitCodes;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SimBenchTest {

    private record Ran(int code, String out, String err) {}

    private static Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = new CommandLine(new SimBench())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
        return new Ran(code, out.toString(), err.toString());
    }

    @Test
    void everyRowOfBothStagesIsMeasured() {
        var ran = run("--nodes", "3", "--virtual-seconds", "10", "--seeds", "1");
        assertThat(ran.code()).as(ran.err()).isEqualTo(ExitCodes.OK);
        assertThat(ran.out().lines().skip(1)).hasSize(4).allSatisfy(row -> {
            var cells = row.strip().split("\\s+");
            assertThat(Double.parseDouble(cells[4]))
                    .as("virtual seconds a second: " + row)
                    .isPositive();
            assertThat(Double.parseDouble(cells[6]))
                    .as("messages a second: " + row)
                    .isPositive();
        });
        assertThat(ran.out()).containsPattern("protocol +3 +none +10").containsPattern("cluster +3 +all +10");
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThat(run("--nodes", "0").err()).contains("--nodes is 1 to 50, not 0");
        assertThat(run("--stage", "real").err()).contains("--stage is protocol or cluster, not real");
    }
}
