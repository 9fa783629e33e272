package io.troupe.bench.journal;

import io.troupe.bench.cli.Invocation;
import io.troupe.bench.cli.Measuring;
import io.troupe.cluster.cli.ExitCodes;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private Invocation invocation;

    @Mixin
    private Measuring measuring;

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

    @Option(
            names = "--replicated",
            description = {
                "measure the replicated journal instead: a group of one and a group of three, actor systems in this process"
                        + " that write to this disk, beside the local journal"
            })
    private boolean replicated;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "seconds of the most actors with the smallest events before the first pass, for the JVM to compile what"
                            + " these take, 0 to 60 (${DEFAULT-VALUE})")
    private int warmUp = 5;

    /** As {@code troupe bench journal} does; the result is the exit code. */
    public static int run(String... args) {
        return new CommandLine(new JournalBench()).execute(args);
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    @Override
    public Integer call() throws Exception {
        actors.forEach(each -> invocation.requireBetween(1, 10_000, "--actors", each));
        eventBytes.forEach(each -> invocation.requireBetween(1, 1 << 20, "--event-bytes", each));
        invocation.requireBetween(0, 60, "--warm-up", warmUp);
        if (!measuring.isPossible(invocation)) {
            return ExitCodes.FAILURE;
        }
        if (replicated) {
            printReplicated(invocation.out(), eachLoad(this::beside));
        } else {
            if (warmUp > 0) {
                invocation.say("warming up");
                JournalRun.measure(
                        new Load(Collections.max(actors), Collections.min(eventBytes)),
                        measuring.dir(),
                        Duration.ofSeconds(warmUp));
            }
            print(invocation.out(), eachLoad(load -> JournalRun.measure(load, measuring.dir(), measuring.duration())));
        }
        return ExitCodes.OK;
    }

    @FunctionalInterface
    private interface Pass<T> {
        T measure(Load load) throws Exception;
    }

    private <T> Map<Load, List<T>> eachLoad(Pass<T> pass) throws Exception {
        Map<Load, List<T>> measured = new LinkedHashMap<>();
        int passes = measuring.passes();
        for (int number = 1; number <= passes; number++) {
            for (int bytes : eventBytes) {
                for (int count : actors) {
                    Load load = new Load(count, bytes);
                    invocation.say(String.format(
                            Locale.ROOT, "pass %d of %d: %d actors, %d bytes", number, passes, count, bytes));
                    measured.computeIfAbsent(load, first -> new ArrayList<>()).add(pass.measure(load));
                }
            }
        }
        return measured;
    }

    /** Events a second. */
    private record Beside(double local, double groupOfOne, double groupOfThree) {}

    private Beside beside(Load load) throws Exception {
        return new Beside(
                JournalRun.measure(load, measuring.dir(), measuring.duration()).eventsPerSecond(),
                ReplicatedRun.eventsPerSecond(load, measuring.dir(), 1, measuring.duration()),
                ReplicatedRun.eventsPerSecond(load, measuring.dir(), 3, measuring.duration()));
    }

    private static void printReplicated(PrintWriter out, Map<Load, List<Beside>> measured) {
        String row = "%7s %7s %15s %15s %15s%n";
        out.printf("%n" + row, "actors", "bytes", "local ev/s", "one ev/s", "three ev/s");
        measured.forEach((load, passed) -> out.printf(
                row,
                load.actors(),
                load.eventBytes(),
                number("%.0f", median(passed, Beside::local)),
                number("%.0f", median(passed, Beside::groupOfOne)),
                number("%.0f", median(passed, Beside::groupOfThree))));
        out.flush();
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

    private static <T> double median(List<T> passed, ToDoubleFunction<T> of) {
        return Measuring.median(passed.stream().mapToDouble(of));
    }
}
