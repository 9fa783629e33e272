package io.troupe.bench.generals;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.cli.Troupe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code troupe demo generals}, with fewer runs. */
@Timeout(900)
class GeneralsDemoTest {

    private final StringWriter out = new StringWriter();

    @TempDir
    private Path folder;

    private int execute(String... arguments) {
        return Troupe.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void everythingComesOutAsThePapersSayAndIsDrawn() throws IOException {
        int code = execute("demo", "generals", "--dir", folder.toString(), "--steps", "2000", "--runs", "200");
        String said = out.toString();
        assertThat(code).as(said).isEqualTo(ExitCodes.OK);
        assertThat(said)
                .contains("2 acknowledgements: one attacks alone after 5 steps")
                .contains("3. a → b LOST: Messenger[number=2]")
                .contains("IC2 is broken: the loyal commander sends ATTACK, and loyal lieutenants do {g1=RETREAT}")
                .contains("n=7: 156 (156)")
                .contains("inputs [0, 0, 1]: bivalent")
                .contains("1,401 configurations 297 are 0-valent, 816 1-valent and 288 bivalent")
                .contains("nobody has decided, and both values are still possible")
                .contains("Everything came out as the papers say.");
        assertTheMessagesAreThoseOfTheFormula(said);
        assertEachNumberOfAcknowledgementsFails(said);
        for (String file : List.of(
                "two-generals-2.html",
                "byzantine-oral-3.html",
                "byzantine-oral-4.html",
                "byzantine-oral-4-commander.html",
                "byzantine-signed-3.html",
                "flp.html",
                "partial-synchrony.html")) {
            assertThat(said).contains("drawn in " + folder.resolve(file));
            assertThat(Files.readString(folder.resolve(file))).startsWith("<!DOCTYPE html>");
        }
        assertThat(Files.readString(folder.resolve("two-generals-2.html")))
                .contains("Messenger", "decision=ATTACK", "decision=RETREAT");
    }

    /** OM(m) among n costs (n-1) + (n-1)(n-2) + … + (n-1)…(n-m-1), worked out here; both numbers printed are that. */
    private static void assertTheMessagesAreThoseOfTheFormula(String said) {
        List<String> expected = new ArrayList<>();
        for (int m = 0; m <= 3; m++) {
            List<String> counts = new ArrayList<>();
            for (int n = 3 * m + 1; n <= Math.max(7, 3 * m + 1); n++) {
                long product = 1;
                long messages = 0;
                for (int round = 1; round <= m + 1; round++) {
                    product *= n - round;
                    messages += product;
                }
                counts.add("n=%d: %d (%d)".formatted(n, messages, messages));
            }
            expected.add("  m=%d   %s".formatted(m, String.join("   ", counts)));
        }
        assertThat(said.lines().filter(line -> line.startsWith("  m="))).isEqualTo(expected);
        assertThat(expected.get(2)).isEqualTo("  m=2   n=7: 156 (156)");
    }

    /** Of k + 1 messengers the first k arrive, a step each, and the last is caught; then it dawns upon the one and the other. */
    private static void assertEachNumberOfAcknowledgementsFails(String said) {
        List<String> expected = new ArrayList<>();
        for (int k = 0; k <= 4; k++) {
            expected.add(
                    "  %d acknowledgements: one attacks alone after %d steps, and none are fewer: only the last of %d messengers was caught"
                            .formatted(k, k + 3, k + 1));
        }
        assertThat(said.lines().filter(line -> line.contains(" acknowledgements: ")))
                .isEqualTo(expected);
    }

    @Test
    void helpNamesTheOptionsAndAWrongValueIsRefused() {
        assertThat(execute("demo", "generals", "--help")).isEqualTo(ExitCodes.OK);
        assertThat(out.toString()).contains("--dir=DIR", "--acknowledgements=K", "--steps=N", "--runs=N");
        assertThat(execute("demo", "generals", "--acknowledgements", "12")).isEqualTo(ExitCodes.USAGE);
        assertThat(out.toString()).contains("--acknowledgements is 0 to 9, not 12");
    }

    @Test
    void demoListsIt() {
        execute("demo", "--help");
        assertThat(out.toString()).containsPattern("generals +Plays the impossibility results");
    }
}
