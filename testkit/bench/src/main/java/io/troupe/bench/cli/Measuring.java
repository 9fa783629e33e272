package io.troupe.bench.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import picocli.CommandLine.Option;

/** Mixed into a command that measures: where, how long and how often. */
public final class Measuring {

    private static final Duration LEAD_IN = Duration.ofMillis(500);

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

    public Path dir() {
        return dir;
    }

    public int seconds() {
        return seconds;
    }

    public Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    public int passes() {
        return passes;
    }

    /** Refuses values out of bounds, and tells whether the directory can be used; if not it has said so. */
    public boolean isPossible(Invocation invocation) {
        invocation.requireBetween(1, 60, "--seconds", seconds);
        invocation.requireBetween(1, 20, "--passes", passes);
        boolean isPossible = Files.isDirectory(dir) && Files.isWritable(dir);
        if (!isPossible) {
            invocation
                    .err()
                    .println("Cannot write to " + dir + ": name a directory that exists and is writable with --dir");
        }
        return isPossible;
    }

    /** A load for as long as is said. */
    public interface Timed<M> {
        M measure(Duration duration) throws InterruptedException;
    }

    /**
     * What {@code load} gives in {@link #duration}, after a lead-in of the same load that does not count: what the load before it
     * has left to do, garbage to collect and pages to write back, is done meanwhile.
     */
    public <M> M measure(Timed<M> load) throws InterruptedException {
        load.measure(LEAD_IN);
        return load.measure(duration());
    }

    /** In the order of this pass, counted from 1: each begins with another, for who begins comes after the pass before. */
    public static <T> List<T> inTurn(int pass, Collection<T> measured) {
        List<T> order = new ArrayList<>(measured);
        Collections.rotate(order, 1 - pass);
        return order;
    }

    /** The median of what the passes gave; of two in the middle, their mean. */
    public static double median(DoubleStream passes) {
        double[] sorted = passes.toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
