package io.troupe.bench.journal;

import io.troupe.cluster.cli.ExitCodes;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the journal beside the bound of its disk. */
@Command(
        name = "journal",
        mixinStandardHelpOptions = true,
        description = {
            "Persistent actors write to the journal, every event synced to the disk before it is acknowledged, each actor"
                    + " its next event when the last is durable. Beside it a plain loop of write and force with the"
                    + " same batch size on the same disk: the bound. And the same actors over a journal that acknowledges"
                    + " at once and keeps nothing: what Pekko Persistence itself can do here.",
            "Passes over the loads are interleaved; the table shows medians."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:the directory cannot be written or the journal failed"})
public final class JournalBench implements Callable<Integer> {

    private static final String ROW = "%7s %7s %12s %9s %12s %9s %12s %7s %13s%n";

    /** Long enough for the JVM to compile what is measured. */
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "where to write, on the disk to be measured (a temporary folder)")
    private Path dir = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "how long each measurement takes, 1 to 60 (${DEFAULT-VALUE})")
    private int seconds = 2;

    @Option(
            names = "--passes",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often each load is measured, 1 to 20 (${DEFAULT-VALUE})")
    private int passes = 3;

    @Option(
            names = "--actors",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16,256",
            description = "persistent actors that write at the same time (${DEFAULT-VALUE})")
    private List<Integer> actors = List.of(1, 16, 256);

    @Option(
            names = "--event-bytes",
            paramLabel = "N",
            split = ",",
            defaultValue = "100,4096",
            description = "bytes of an event (${DEFAULT-VALUE})")
    private List<Integer> eventBytes = List.of(100, 4096);

    /** As {@code troupe bench journal} does; the result is the exit code. */
    public static int run(String... args) {
        return new CommandLine(new JournalBench()).execute(args);
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    @Override
    public Integer call() throws Exception {
        CommandSpec command = spec;
        if (command == null) {
            throw new IllegalStateException("run by picocli only");
        }
        check(command, seconds >= 1 && seconds <= 60, "--seconds is 1 to 60, not " + seconds);
        check(command, passes >= 1 && passes <= 20, "--passes is 1 to 20, not " + passes);
        for (int each : actors) {
            check(command, each >= 1 && each <= 10_000, "--actors is 1 to 10000, not " + each);
        }
        for (int each : eventBytes) {
            check(command, each >= 1 && each <= 1 << 20, "--event-bytes is 1 to 1048576, not " + each);
        }
        PrintWriter out = command.commandLine().getOut();
        if (!Files.isDirectory(dir) || !Files.isWritable(dir)) {
            command.commandLine()
                    .getErr()
                    .println("Cannot write to " + dir + ": name a directory that exists and is writable with --dir");
            return ExitCodes.FAILURE;
        }
        print(out, measure(out));
        return ExitCodes.OK;
    }

    private static void check(CommandSpec command, boolean ok, String message) {
        if (!ok) {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    private Map<Load, List<Measured>> measure(PrintWriter out) throws Exception {
        Map<Load, List<Measured>> measured = new LinkedHashMap<>();
        out.printf("warming up%n");
        out.flush();
        JournalRun.measure(new Load(Collections.max(actors), Collections.min(eventBytes)), dir, WARM_UP);
        for (int pass = 1; pass <= passes; pass++) {
            for (int bytes : eventBytes) {
                for (int count : actors) {
                    Load load = new Load(count, bytes);
                    out.printf("pass %d of %d: %d actors, %d bytes%n", pass, passes, count, bytes);
                    out.flush();
                    measured.computeIfAbsent(load, first -> new ArrayList<>())
                            .add(JournalRun.measure(load, dir, Duration.ofSeconds(seconds)));
                }
            }
        }
        return measured;
    }

    private static void print(PrintWriter out, Map<Load, List<Measured>> measured) {
        out.printf(
                "%n" + ROW,
                "actors",
                "bytes",
                "events/s",
                "MB/s",
                "events/sync",
                "µs/event",
                "bound ev/s",
                "ratio",
                "no disk ev/s");
        measured.forEach((load, passed) -> out.printf(
                ROW,
                load.actors(),
                load.eventBytes(),
                number("%.0f", median(passed, Measured::eventsPerSecond)),
                number("%.1f", median(passed, Measured::bytesPerSecond) / 1e6),
                number("%.1f", median(passed, Measured::eventsPerSync)),
                number("%.1f", median(passed, Measured::cpuMicrosPerEvent)),
                number("%.0f", median(passed, Measured::boundEventsPerSecond)),
                number("%.2f", median(passed, Measured::ratio)),
                number("%.0f", median(passed, Measured::noDiskEventsPerSecond))));
        out.flush();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static double median(List<Measured> passed, ToDoubleFunction<Measured> of) {
        double[] sorted = passed.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
