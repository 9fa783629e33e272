package io.troupe.bench.generals;

import io.troupe.bench.cli.Invocation;
import io.troupe.cluster.cli.ExitCodes;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Plays the scenes, one after the other. */
@Command(
        name = "generals",
        mixinStandardHelpOptions = true,
        description = {
            "Plays the impossibility results as actors in the simulator: Two Generals (no number of acknowledgements is"
                    + " enough), Byzantine Generals (more than two thirds must be loyal, unless they sign), FLP (a schedule"
                    + " on which nothing is ever decided), and the two ways out: luck and clocks.",
            "Prints what happens and writes it as diagrams, HTML files that need nothing else. Takes some seconds."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything came out as the papers say",
            "1:something did not: see what was printed; or the diagrams cannot be written"
        })
final class GeneralsDemoCommand implements Callable<Integer> {

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "write the diagrams there; by default into a new folder of the system's temporary one")
    private @Nullable Path folder;

    @Option(
            names = "--acknowledgements",
            paramLabel = "K",
            defaultValue = "2",
            description = "Two Generals: how many to show step by step, 0 to 9 (${DEFAULT-VALUE})")
    private int acknowledgements = 2;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "10000",
            description = "FLP: for how many messages to keep everybody undecided, 100 to 1000000 (${DEFAULT-VALUE})")
    private int steps = 10_000;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1000",
            description = "how often to try where luck plays a part, 100 to 100000 (${DEFAULT-VALUE})")
    private int runs = 1000;

    @Mixin
    private Invocation invocation;

    @Override
    public Integer call() {
        invocation.requireBetween(0, 9, "--acknowledgements", acknowledgements);
        invocation.requireBetween(100, 1_000_000, "--steps", steps);
        invocation.requireBetween(100, 100_000, "--runs", runs);
        try {
            return play(new Page(invocation.out(), toDrawIn())) ? ExitCodes.OK : ExitCodes.FAILURE;
        } catch (IOException e) {
            invocation
                    .err()
                    .println("The diagrams cannot be written: " + e
                            + ". Name a folder with --dir that exists or can be made, and is writable");
            return ExitCodes.FAILURE;
        }
    }

    /** Before anything is played: who cannot keep the diagrams need not wait for them. */
    private Path toDrawIn() throws IOException {
        Path target = folder != null ? folder.toAbsolutePath() : Files.createTempDirectory("troupe-generals");
        Files.createDirectories(target);
        if (!Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString());
        }
        return target;
    }

    private boolean play(Page page) throws IOException {
        boolean isAsThePapersSay = true;
        for (Scene scene : List.of(
                new TwoGeneralsScene(acknowledgements, runs),
                new ByzantineScene(),
                new FlpScene(steps, runs),
                new PartialSynchronyScene(runs))) {
            isAsThePapersSay &= scene.play(page);
        }
        page.gap();
        page.line(
                isAsThePapersSay
                        ? "Everything came out as the papers say."
                        : "FAILED: not as the papers say, see above.");
        return isAsThePapersSay;
    }
}
