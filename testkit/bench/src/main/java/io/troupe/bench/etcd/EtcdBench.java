package io.troupe.bench.etcd;

import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.local.LocalClusterException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the etcd face beside a real etcd. */
@Command(
        name = "etcd",
        mixinStandardHelpOptions = true,
        description = {
            "Three Troupe nodes and, where etcd is on the PATH, three etcd processes with its default settings serve the"
                    + " same closed-loop load on loopback: raw gRPC stubs, so many operations outstanding, spread over"
                    + " all three members.",
            "Passes over loads and peers are interleaved; the table shows medians. Latencies are in microseconds; cpu is"
                    + " the servers' processor time an operation, of all three together, in microseconds."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:a cluster did not start or left operations unanswered"})
public final class EtcdBench implements Callable<Integer> {

    private static final String ROW = "%-22s %11s %-7s %10s %9s %9s %9s %9s %8s%n";

    @Spec
    private @Nullable CommandSpec spec;

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
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "10",
            description = "seconds of load before the first pass, for JVMs to compile what is measured, 0 to 120"
                    + " (${DEFAULT-VALUE})")
    private int warmUp = 10;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,16,128",
            description = "operations under way at the same time, each 1 to 4096 (${DEFAULT-VALUE})")
    private List<Integer> outstanding = List.of(1, 16, 128);

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "PUT,LINEARIZABLE_GET,SERIALIZABLE_GET,MIXED",
            description = "any of ${COMPLETION-CANDIDATES} (all)")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(
            names = "--value-bytes",
            paramLabel = "N",
            defaultValue = "256",
            description = "bytes of a value, 0 to 1048576 (${DEFAULT-VALUE})")
    private int valueBytes = 256;

    @Option(names = "--alone", description = "measure no real etcd beside, also where one is installed")
    private boolean alone;

    @Option(
            names = "--endpoints",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "measure this running cluster and start none; it gets 10,000 keys that begin with bench/")
    private List<String> endpoints = List.of();

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description = "for every node's JVM, such as -Xlog:gc; may be repeated")
    private List<String> jvmOptions = List.of();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "where to keep the clusters' data, on the disk to be measured (a temporary folder)")
    private Path dir = Path.of(System.getProperty("java.io.tmpdir"));

    private record Load(Workload workload, int outstanding, String peer) {}

    @Override
    public Integer call() throws Exception {
        CommandSpec command = spec;
        if (command == null) {
            throw new IllegalStateException("run by picocli only");
        }
        check(command);
        PrintWriter out = command.commandLine().getOut();
        if (!Files.isDirectory(dir) || !Files.isWritable(dir)) {
            command.commandLine()
                    .getErr()
                    .println("Cannot write to " + dir + ": name a directory that exists and is writable with --dir");
            return ExitCodes.FAILURE;
        }
        Path folder = Files.createTempDirectory(dir, "troupe-bench-etcd");
        List<Peer> peers = new ArrayList<>();
        try {
            start(peers, folder, out);
            print(out, measure(peers, out));
            return ExitCodes.OK;
        } catch (LocalClusterException | IllegalStateException e) {
            command.commandLine().getErr().println("The measurement could not be carried out: " + e.getMessage());
            return ExitCodes.FAILURE;
        } finally {
            peers.forEach(Peer::close);
            delete(folder);
        }
    }

    private void check(CommandSpec command) {
        check(command, seconds >= 1 && seconds <= 60, "--seconds is 1 to 60, not " + seconds);
        check(command, passes >= 1 && passes <= 20, "--passes is 1 to 20, not " + passes);
        check(command, warmUp >= 0 && warmUp <= 120, "--warm-up is 0 to 120, not " + warmUp);
        check(command, valueBytes >= 0 && valueBytes <= 1 << 20, "--value-bytes is 0 to 1048576, not " + valueBytes);
        for (int each : outstanding) {
            check(command, each >= 1 && each <= 4096, "--outstanding is 1 to 4096, not " + each);
        }
        for (String endpoint : endpoints) {
            check(
                    command,
                    endpoint.matches("[^:/]+:\\d{1,5}"),
                    "--endpoints takes HOST:PORT, such as 127.0.0.1:2379, not " + endpoint);
        }
    }

    private static void check(CommandSpec command, boolean ok, String message) {
        if (!ok) {
            throw new ParameterException(command.commandLine(), message);
        }
    }

    private void start(List<Peer> peers, Path folder, PrintWriter out) throws IOException {
        if (!endpoints.isEmpty()) {
            peers.add(new RunningPeer(endpoints.stream()
                    .map(endpoint -> endpoint.split(":"))
                    .map(parts -> new InetSocketAddress(parts[0], Integer.parseInt(parts[1])))
                    .toList()));
            return;
        }
        peers.add(new TroupePeer(folder.resolve("troupe"), jvmOptions, line -> say(out, line)));
        var etcd = RealEtcdPeer.program();
        if (etcd.isPresent() && !alone) {
            say(out, "starting " + etcd.get() + ", three times");
            peers.add(new RealEtcdPeer(etcd.get(), folder));
        } else {
            say(out, "no real etcd beside: " + (alone ? "--alone" : "none is on the PATH"));
        }
    }

    private Map<Load, List<Measured>> measure(List<Peer> peers, PrintWriter out) throws InterruptedException {
        int measurements = passes * workloads.size() * outstanding.size() * peers.size();
        say(out, "about " + (measurements * seconds + peers.size() * (warmUp + 2)) + " s to go");
        Map<Load, List<Measured>> measured = new LinkedHashMap<>();
        List<ClosedLoop> loops =
                peers.stream().map(peer -> new ClosedLoop(peer, valueBytes)).toList();
        var seeds = new SplittableRandom(1);
        try {
            for (int i = 0; i < peers.size(); i++) {
                say(out, "warming up " + peers.get(i).name());
                loops.get(i).fill();
                for (Workload workload : workloads) {
                    var share = Duration.ofMillis(warmUp * 1000L / workloads.size());
                    loops.get(i).measure(workload, 64, share, seeds);
                }
            }
            for (int pass = 1; pass <= passes; pass++) {
                for (Workload workload : workloads) {
                    for (int count : outstanding) {
                        say(out, "pass " + pass + " of " + passes + ": " + workload.title() + ", " + count);
                        for (int i = 0; i < peers.size(); i++) {
                            measured.computeIfAbsent(
                                            new Load(
                                                    workload,
                                                    count,
                                                    peers.get(i).name()),
                                            first -> new ArrayList<>())
                                    .add(loops.get(i).measure(workload, count, Duration.ofSeconds(seconds), seeds));
                        }
                    }
                }
            }
        } finally {
            loops.forEach(ClosedLoop::close);
        }
        return measured;
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    private static void print(PrintWriter out, Map<Load, List<Measured>> measured) {
        out.printf("%n" + ROW, "load", "outstanding", "server", "ops/s", "p50", "p99", "p99.9", "cpu/op", "failed");
        measured.forEach((load, passed) -> out.printf(
                ROW,
                load.workload().title(),
                load.outstanding(),
                load.peer(),
                median(passed, Measured::operationsPerSecond),
                median(passed, Measured::p50Micros),
                median(passed, Measured::p99Micros),
                median(passed, Measured::p999Micros),
                median(passed, Measured::serverCpuMicros),
                passed.stream().mapToLong(Measured::failures).sum()));
        out.flush();
    }

    private static String median(List<Measured> passed, ToDoubleFunction<Measured> of) {
        double[] sorted = passed.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return String.format(Locale.ROOT, "%.0f", median);
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
