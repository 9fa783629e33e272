package io.troupe.bench.sim;

import io.troupe.bench.cli.Invocation;
import io.troupe.cluster.cli.ExitCodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how fast the simulator is. */
@Command(
        name = "sim",
        mixinStandardHelpOptions = true,
        description = {
            "Runs seeds of the deterministic simulator on one thread and counts virtual seconds, steps and messages a"
                    + " second. On the protocol stage every node greets every other each 100 ms and writes an event a"
                    + " second; on the cluster stage stock Pekko Cluster forms and gossips, with its split-brain resolver.",
            "With faults: partitions, crashes, stops, pauses, clock drift, bad network, slow links, slow disks, one about"
                    + " every second.",
            "A row is the median over the seeds, after one seed to warm up."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:a run failed"})
public final class SimBench implements Callable<Integer> {

    private static final String HEAD = "%10s %6s %7s %10s %12s %12s %12s%n";
    private static final String ROW = "%10s %6d %7s %10d %12.0f %12.0f %12.0f%n";

    private record Measured(double virtualPerSecond, double stepsPerSecond, double messagesPerSecond) {}

    @Mixin
    private Invocation invocation;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            split = ",",
            defaultValue = "3,5,9",
            description = "nodes of a run (${DEFAULT-VALUE})")
    private List<Integer> nodes = List.of(3, 5, 9);

    @Option(
            names = "--virtual-seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "length of a run in virtual time (${DEFAULT-VALUE})")
    private int virtualSeconds = 60;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "7", description = "runs of a row (${DEFAULT-VALUE})")
    private int seeds = 7;

    @Option(
            names = "--stage",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "protocol,cluster",
            description = "protocol, cluster (${DEFAULT-VALUE})")
    private List<String> stages = List.of("protocol", "cluster");

    /** As {@code troupe bench sim} does; the result is the exit code. */
    public static int run(String... args) {
        return new CommandLine(new SimBench()).execute(args);
    }

    @Override
    public Integer call() {
        nodes.forEach(each -> invocation.requireBetween(1, 50, "--nodes", each));
        invocation.requireBetween(1, 3_600, "--virtual-seconds", virtualSeconds);
        invocation.requireBetween(1, 1_000, "--seeds", seeds);
        stages.forEach(name -> invocation.require(
                List.of("protocol", "cluster").contains(name), "--stage is protocol or cluster, not " + name));
        invocation.out().printf(HEAD, "stage", "nodes", "faults", "virtual s", "virtual s/s", "steps/s", "messages/s");
        for (String name : stages) {
            try (Workload workload = name.equals("protocol") ? new Workload.Protocol() : new Workload.StockCluster()) {
                for (int count : nodes) {
                    for (boolean faults : new boolean[] {false, true}) {
                        row(workload, count, faults);
                    }
                }
            }
        }
        return ExitCodes.OK;
    }

    private void row(Workload workload, int count, boolean faults) {
        List<Measured> measured = new ArrayList<>();
        measure(workload, -1, count, faults);
        for (long seed = 0; seed < seeds; seed++) {
            measured.add(measure(workload, seed, count, faults));
        }
        invocation
                .out()
                .printf(
                        ROW,
                        workload.stage(),
                        count,
                        faults ? "all" : "none",
                        virtualSeconds,
                        median(measured, Measured::virtualPerSecond),
                        median(measured, Measured::stepsPerSecond),
                        median(measured, Measured::messagesPerSecond));
        invocation.out().flush();
    }

    private Measured measure(Workload workload, long seed, int count, boolean faults) {
        var length = Duration.ofSeconds(virtualSeconds);
        long began = System.nanoTime();
        try (var sim = workload.begin(seed, count, faults, length)) {
            sim.runFor(length);
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Measured(
                    sim.now().toNanos() / 1e9 / seconds, sim.steps() / seconds, sim.messagesSent() / seconds);
        }
    }

    private static double median(List<Measured> measured, ToDoubleFunction<Measured> of) {
        double[] sorted = measured.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
