package io.troupe.bench.etcd;

import com.google.protobuf.ByteString;
import io.troupe.bench.cli.Invocation;
import io.troupe.bench.cli.Measuring;
import io.troupe.bench.load.Load;
import io.troupe.bench.load.LoadOptions;
import io.troupe.bench.load.Report;
import io.troupe.cluster.GroupEngines;
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
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
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
            "Passes over loads and peers are interleaved, each begins with another peer, and each measurement with half"
                    + " a second of its load that does not count; the table shows medians, and the ratio of Troupe's to the"
                    + " other's. Latencies are in microseconds; cpu/op is the servers' processor time for an operation,"
                    + " of all three together, in microseconds; ops/sync is how many operations share a sync of a log.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:a cluster did not start or left operations unanswered"})
public final class EtcdBench implements Callable<Integer> {

    @Mixin
    private Invocation invocation;

    @Mixin
    private Measuring measuring;

    @Mixin
    private LoadOptions options;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "PUT,LINEARIZABLE_GET,SERIALIZABLE_GET,MIXED",
            description = "any of ${COMPLETION-CANDIDATES} (all)")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(
            names = "--failover",
            paramLabel = "N",
            defaultValue = "0",
            description = "also kill the leader so many times, 0 to 20, and measure how long no write is acknowledged"
                    + " (${DEFAULT-VALUE})")
    private int failovers;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "also measure processor time and memory of servers that have nothing to do, for so long, 0 to"
                    + " 120 (${DEFAULT-VALUE})")
    private int idleSeconds;

    @Option(
            names = "--engines",
            paramLabel = "NAME",
            split = ",",
            description =
                    "three nodes (four of pbft) for each of these engines beside each other, and no real etcd: any of"
                            + " raft, multi-paxos, pbft, chain")
    private List<String> engines = List.of();

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

    private final SplittableRandom seeds = new SplittableRandom(1);
    private final Report report = new Report();
    private final Map<String, List<Double>> silenceMillis = new LinkedHashMap<>();
    private final Map<String, Idle> idle = new LinkedHashMap<>();

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
            measure(peers);
            printBesides(invocation.out());
            if (options.json().isPresent()) {
                report.write(options.json().get(), Map.of("failoverMillis", silenceMillis, "idle", idle));
            }
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
        options.check(invocation);
        invocation.requireBetween(0, 20, "--failover", failovers);
        invocation.requireBetween(0, 120, "--idle", idleSeconds);
        for (String endpoint : endpoints) {
            invocation.require(
                    endpoint.matches("[^:/]+:\\d{1,5}"),
                    "--endpoints takes HOST:PORT, such as 127.0.0.1:2379, not " + endpoint);
        }
        for (String engine : engines) {
            invocation.require(
                    GroupEngines.NAMES.contains(engine),
                    "--engines takes any of " + GroupEngines.NAMES + ", not " + engine);
        }
        invocation.require(
                engines.isEmpty() || endpoints.isEmpty(), "--engines starts nodes, --endpoints measures running ones");
        invocation.require(
                endpoints.isEmpty() || (failovers == 0 && idleSeconds == 0),
                "--failover and --idle look into servers and kill them: not those of --endpoints");
    }

    private void start(List<Peer> peers, Path folder) throws IOException {
        if (!endpoints.isEmpty()) {
            peers.add(new RunningPeer(endpoints.stream()
                    .map(endpoint -> endpoint.split(":"))
                    .map(parts -> new InetSocketAddress(parts[0], Integer.parseInt(parts[1])))
                    .toList()));
            return;
        }
        for (String engine : engines) {
            peers.add(new TroupePeer(folder.resolve(engine), Optional.of(engine), jvmOptions, invocation::say));
        }
        if (!engines.isEmpty()) {
            return;
        }
        peers.add(new TroupePeer(folder.resolve("troupe"), Optional.empty(), jvmOptions, invocation::say));
        var etcd = RealEtcdPeer.program();
        if (etcd.isPresent() && !alone) {
            invocation.say("starting " + etcd.get() + ", three times");
            peers.add(new RealEtcdPeer(etcd.get(), folder));
        } else {
            invocation.say("no real etcd beside: " + (alone ? "--alone" : "none is on the PATH"));
        }
    }

    private void measure(List<Peer> peers) throws InterruptedException {
        Map<Peer, Clients> clients = new LinkedHashMap<>();
        peers.forEach(peer -> clients.put(peer, new Clients(peer)));
        try {
            for (var each : clients.entrySet()) {
                warmUp(each.getKey(), each.getValue());
            }
            for (int pass = 1; pass <= measuring.passes(); pass++) {
                pass(pass, clients);
            }
            report.print(invocation.out());
            if (idleSeconds > 0) {
                for (Peer peer : peers) {
                    invocation.say("idle: " + peer.name());
                    idle.put(peer.name(), Idle.measure(peer, Duration.ofSeconds(idleSeconds)));
                }
            }
            for (int i = 1; i <= failovers; i++) {
                for (var each : clients.entrySet()) {
                    failOver(i, each.getKey(), each.getValue());
                }
            }
        } finally {
            clients.values().forEach(Clients::close);
        }
    }

    private void warmUp(Peer peer, Clients clients) throws InterruptedException {
        invocation.say("warming up " + peer.name());
        ByteString value = value(options.valueBytes().get(0));
        clients.fill(value);
        options.warmUp(
                workloads,
                (workload, outstanding, share) -> clients.measure(workload, value, outstanding, share, seeds));
    }

    private void pass(int pass, Map<Peer, Clients> clients) throws InterruptedException {
        for (Workload workload : workloads) {
            for (int bytes : options.valueBytes()) {
                for (int outstanding : options.outstanding()) {
                    var load = new Load(workload.title(), bytes, outstanding);
                    invocation.say(String.format(
                            "pass %d of %d: %s, %d bytes, %d outstanding",
                            pass, measuring.passes(), load.title(), bytes, outstanding));
                    for (var each : Measuring.inTurn(pass, clients.entrySet())) {
                        report.add(load, each.getKey().name(), measuring.measure(time -> each.getValue()
                                .measure(workload, value(bytes), outstanding, time, seeds)));
                    }
                }
            }
        }
    }

    private void failOver(int number, Peer peer, Clients clients) throws InterruptedException {
        Duration silence = new Failover(peer, clients, Failover.SETTLE).measure();
        invocation.say(
                String.format("failover %d of %d: %s, %d ms", number, failovers, peer.name(), silence.toMillis()));
        silenceMillis.computeIfAbsent(peer.name(), first -> new ArrayList<>()).add(silence.toNanos() / 1e6);
    }

    private static ByteString value(int bytes) {
        return ByteString.copyFrom(new byte[bytes]);
    }

    private void printBesides(PrintWriter out) {
        idle.forEach((peer, cost) -> out.printf(
                Locale.ROOT,
                "idle, %s: %.1f %% of a processor each, heap %.0f MB, resident %.0f MB (the server with the most)%n",
                peer,
                cost.cpuPercent(),
                cost.heapBytes() / 1e6,
                cost.residentBytes() / 1e6));
        silenceMillis.forEach((peer, all) -> {
            var millis = all.stream().mapToDouble(Double::doubleValue).summaryStatistics();
            out.printf(
                    Locale.ROOT,
                    "no write after SIGKILL of the leader, %s: %.0f ms (%.0f to %.0f, %d times)%n",
                    peer,
                    Measuring.median(all.stream().mapToDouble(Double::doubleValue)),
                    millis.getMin(),
                    millis.getMax(),
                    millis.getCount());
        });
        out.flush();
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
