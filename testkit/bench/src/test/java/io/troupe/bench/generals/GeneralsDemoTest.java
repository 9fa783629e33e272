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
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
        assertLuckEndsSoon(said, 200);
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

    /** Both numbers printed, what was counted and what the demo's formula says, are what is worked out here. */
    private static void assertTheMessagesAreThoseOfTheFormula(String said) {
        List<String> expected = new ArrayList<>(messages(GeneralsDemoTest::byWordOfMouth));
        expected.addAll(messages(GeneralsDemoTest::signed));
        assertThat(said.lines().filter(line -> line.startsWith("  m="))).isEqualTo(expected);
        assertThat(expected).contains("  m=2   n=7: 156 (156)", "  m=2   n=7: 36 (36)");
    }

    private interface Formula {
        long messages(int n, int m);
    }

    private static List<String> messages(Formula formula) {
        List<String> lines = new ArrayList<>();
        for (int m = 0; m <= 3; m++) {
            List<String> counts = new ArrayList<>();
            for (int n = 3 * m + 1; n <= Math.max(7, 3 * m + 1); n++) {
                long messages = formula.messages(n, m);
                counts.add("n=%d: %d (%d)".formatted(n, messages, messages));
            }
            lines.add("  m=%d   %s".formatted(m, String.join("   ", counts)));
        }
        return lines;
    }

    /** OM(m): (n-1) + (n-1)(n-2) + … + (n-1)…(n-m-1). */
    private static long byWordOfMouth(int n, int m) {
        long product = 1;
        long messages = 0;
        for (int round = 1; round <= m + 1; round++) {
            product *= n - round;
            messages += product;
        }
        return messages;
    }

    /** SM(m): each lieutenant hands the order on to all others, once. */
    private static long signed(int n, int m) {
        long lieutenants = n - 1L;
        return m == 0 ? lieutenants : lieutenants * lieutenants;
    }

    /** Of runs that are as good as independent half end in round 3, half of the rest in round 4, and so on. */
    private static void assertLuckEndsSoon(String said, int runs) {
        Map<Integer, Integer> ended = new TreeMap<>();
        Matcher bars = Pattern.compile("round +(\\d+) +(\\d+) +#").matcher(said);
        while (bars.find()) {
            ended.put(Integer.parseInt(bars.group(1)), Integer.parseInt(bars.group(2)));
        }
        assertThat(ended.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(runs);
        int left = runs;
        for (int round = 3; round <= 5; round++) {
            int of = left;
            int deviation = (int) (2 * Math.sqrt(of)); // Four standard deviations.
            assertThat(ended.get(round)).as("round %d", round).isBetween(of / 2 - deviation, of / 2 + deviation);
            left -= ended.get(round);
        }
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
    void whereTheDiagramsCannotBeWrittenItSaysSoBeforeItPlays() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "of somebody");
        for (Path impossible : List.of(file, file.resolve("below"))) {
            assertThat(execute("demo", "generals", "--dir", impossible.toString()))
                    .isEqualTo(ExitCodes.FAILURE);
        }
        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("The diagrams cannot be written: ")
                        && line.contains(file.toString())
                        && line.endsWith("Name a folder with --dir that exists or can be made, and is writable"));
        assertThat(file).hasContent("of somebody");
    }

    @Test
    void aDiagramIsThereAsAWholeOrNotAtAll() throws IOException {
        Path inTheWay =
                Files.createDirectories(folder.resolve("two-generals-2.html").resolve("full"));
        assertThat(execute("demo", "generals", "--dir", folder.toString())).isEqualTo(ExitCodes.FAILURE);
        assertThat(out.toString()).contains("The diagrams cannot be written: ", "two-generals-2.html");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
        assertThat(inTheWay).isDirectory();
    }

    @Test
    void demoListsIt() {
        execute("demo", "--help");
        assertThat(out.toString()).containsPattern("generals +Plays the impossibility results");
    }
}
