package io.troupe.bench.etcd;

import io.troupe.bench.cli.Invocation;
import io.troupe.bench.cli.Measuring;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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

    @Mixin
    private Invocation invocation;

    @Mixin
    private Measuring measuring;

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

    private record Load(Workload workload, int outstanding, String peer) {}

    @Override
    public Integer call() throws Exception {
        check();
        if (!measuring.isPossible(invocation)) {
            return ExitCodes.FAILURE;
        }
        Path folder = Files.createTempDirectory(measuring.dir(), "troupe-bench-etcd");
        List<Peer> peers = new ArrayList<>();
        try {
            start(peers, folder);
            print(invocation.out(), measure(peers));
            return ExitCodes.OK;
        } catch (LocalClusterException | IllegalStateException e) {
            invocation.err().println("The measurement could not be carried out: " + e.getMessage());
            return ExitCodes.FAILURE;
        } finally {
            peers.forEach(Peer::close);
            delete(folder);
        }
    }

    private void check() {
        invocation.requireBetween(0, 120, "--warm-up", warmUp);
        invocation.requireBetween(0, 1 << 20, "--value-bytes", valueBytes);
        outstanding.forEach(each -> invocation.requireBetween(1, 4096, "--outstanding", each));
        for (String endpoint : endpoints) {
            invocation.require(
                    endpoint.matches("[^:/]+:\\d{1,5}"),
                    "--endpoints takes HOST:PORT, such as 127.0.0.1:2379, not " + endpoint);
        }
    }

    private void start(List<Peer> peers, Path folder) throws IOException {
        if (!endpoints.isEmpty()) {
            peers.add(new RunningPeer(endpoints.stream()
                    .map(endpoint -> endpoint.split(":"))
                    .map(parts -> new InetSocketAddress(parts[0], Integer.parseInt(parts[1])))
                    .toList()));
            return;
        }
        peers.add(new TroupePeer(folder.resolve("troupe"), jvmOptions, invocation::say));
        var etcd = RealEtcdPeer.program();
        if (etcd.isPresent() && !alone) {
            invocation.say("starting " + etcd.get() + ", three times");
            peers.add(new RealEtcdPeer(etcd.get(), folder));
        } else {
            invocation.say("no real etcd beside: " + (alone ? "--alone" : "none is on the PATH"));
        }
    }

    private Map<Load, List<Measured>> measure(List<Peer> peers) throws InterruptedException {
        int measurements = measuring.passes() * workloads.size() * outstanding.size() * peers.size();
        invocation.say("about " + (measurements * measuring.seconds() + peers.size() * (warmUp + 2)) + " s to go");
        Map<Load, List<Measured>> measured = new LinkedHashMap<>();
        List<ClosedLoop> loops =
                peers.stream().map(peer -> new ClosedLoop(peer, valueBytes)).toList();
        var seeds = new SplittableRandom(1);
        try {
            for (int i = 0; i < peers.size(); i++) {
                invocation.say("warming up " + peers.get(i).name());
                loops.get(i).fill();
                for (Workload workload : workloads) {
                    var share = Duration.ofMillis(warmUp * 1000L / workloads.size());
                    loops.get(i).measure(workload, 64, share, seeds);
                }
            }
            for (int pass = 1; pass <= measuring.passes(); pass++) {
                for (Workload workload : workloads) {
                    for (int count : outstanding) {
                        invocation.say(
                                "pass " + pass + " of " + measuring.passes() + ": " + workload.title() + ", " + count);
                        for (int i = 0; i < peers.size(); i++) {
                            measured.computeIfAbsent(
                                            new Load(
                                                    workload,
                                                    count,
                                                    peers.get(i).name()),
                                            first -> new ArrayList<>())
                                    .add(loops.get(i).measure(workload, count, measuring.duration(), seeds));
                        }
                    }
                }
            }
        } finally {
            loops.forEach(ClosedLoop::close);
        }
        return measured;
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
        return String.format(
                Locale.ROOT, "%.0f", Measuring.median(passed.stream().mapToDouble(of)));
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
