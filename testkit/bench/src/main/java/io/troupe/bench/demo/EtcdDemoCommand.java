package io.troupe.bench.demo;

import io.troupe.bench.cli.Invocation;
import io.troupe.bench.demo.FaultScript.Pauses;
import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.LocalClusterException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts a cluster, loads it, hurts it, and tells whether anything was lost. */
@Command(
        name = "etcd",
        mixinStandardHelpOptions = true,
        description = {
            "Starts three nodes on loopback, lets jetcd clients write and read, kills the leader with SIGKILL twice, cuts it off"
                    + " once, and verifies that every acknowledged write is there and that what the clients saw is linearizable.",
            "Takes under two minutes and leaves nothing running."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was lost and the history is linearizable",
            "1:something was lost, the history is not linearizable or could not be judged, or the cluster did not start"
        })
final class EtcdDemoCommand implements Callable<Integer> {

    private static final String GROUP = "etcd";
    /**
     * Nodes that live a minute spend more time on optimising their code than they win by it, with four JVMs on two cores:
     * 100 to 300 operations a second in the first half minute instead of 300 to 850.
     */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    private static final Duration START_PATIENCE = Duration.ofSeconds(240);
    /** The script takes about 50 s; nodes on a starved machine take longer to come back. */
    private static final Duration SCRIPT_PATIENCE = Duration.ofSeconds(300);

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "8",
            description = "jetcd clients, 1 to 64 (${DEFAULT-VALUE})")
    private int clients = 8;

    @Option(
            names = "--rate",
            paramLabel = "OPS",
            defaultValue = "2000",
            description = "operations per second of all clients together, at most, 64 to 20000 (${DEFAULT-VALUE})")
    private int rate = 2000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "seed of the clients' choices (${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--keep", paramLabel = "DIR", description = "run in this folder and keep data and logs there")
    private @Nullable Path keep;

    @Option(names = "--quick", description = "shorter pauses between the faults: half the time, for a first look")
    private boolean quick;

    @Mixin
    private Invocation invocation;

    private long startNanos = System.nanoTime();

    @Override
    public Integer call() throws Exception {
        invocation.requireBetween(1, 64, "--clients", clients);
        invocation.requireBetween(64, 20_000, "--rate", rate);
        Path folder = keep != null ? keep : Files.createTempDirectory("troupe-demo");
        int code = ExitCodes.FAILURE;
        try (LocalCluster cluster = LocalCluster.in(folder)
                .name("demo")
                .systems(GROUP)
                .jvmOptions(SHORT_LIVED)
                .progress(this::say)
                .start()) {
            var stopNodes = new Thread(cluster::killAll, "demo-interrupted");
            Runtime.getRuntime().addShutdownHook(stopNodes);
            try {
                cluster.awaitReady(START_PATIENCE);
                code = run(cluster) ? ExitCodes.OK : ExitCodes.FAILURE;
            } finally {
                Runtime.getRuntime().removeShutdownHook(stopNodes);
                say("stopping the nodes");
            }
        } catch (LocalClusterException e) {
            invocation.out().println("The demo could not be carried out: " + e.getMessage());
        }
        if (keep == null && code == ExitCodes.OK) {
            delete(folder);
        } else {
            say("data and logs are in " + folder);
        }
        return code;
    }

    private boolean run(LocalCluster cluster) throws InterruptedException, ExecutionException, TimeoutException {
        List<URI> endpoints = cluster.nodeIds().stream()
                .map(node -> URI.create("http://127.0.0.1:" + cluster.port(GROUP, node)))
                .toList();
        say("etcd v3 at " + endpoints + "; " + clients + " jetcd clients, at most " + rate + " operations a second");
        startNanos = System.nanoTime();
        try (Load load = new Load(endpoints, clients, rate, seed)) {
            var script = new FaultScript(
                    cluster, load.record().availability(), quick ? Pauses.QUICK : Pauses.FULL, this::say);
            watch(cluster, load.record(), script);
            load.stop();
            if (!script.isDone()) {
                say("the nodes did not recover within " + SCRIPT_PATIENCE.toSeconds() + " s");
            }
            cluster.awaitReady(START_PATIENCE);
            say("asking every node for every acknowledged write, and judging the history");
            var verification = Verification.of(endpoints, load.record());
            new DemoReport(load.record(), script.faults(), verification).print(invocation.out());
            return script.isDone() && verification.isGood();
        }
    }

    /** A line a second until the script has been played. */
    private void watch(LocalCluster cluster, Load.Record record, FaultScript script) {
        long shown = 0;
        long shownAtNanos = System.nanoTime();
        while (!script.isDone() && elapsed().compareTo(SCRIPT_PATIENCE) < 0) {
            LockSupport.parkNanos(shownAtNanos + Duration.ofSeconds(1).toNanos() - System.nanoTime());
            var scene = FaultScript.Scene.of(elapsed(), cluster.status(), GROUP);
            long count = record.availability().count();
            long now = System.nanoTime();
            double perSecond = (count - shown) * 1e9 / (now - shownAtNanos);
            shown = count;
            shownAtNanos = now;
            say(String.format(
                    Locale.ROOT,
                    "%,7.0f ops/s   %s%s",
                    perSecond,
                    scene.leader()
                            .map(leader -> "leader " + leader.node() + ", term " + leader.term())
                            .orElse("no leader"),
                    silence(record.availability().silentFor(now))));
            script.advance(scene);
        }
    }

    private static String silence(Duration silence) {
        return silence.toMillis() < 500
                ? ""
                : String.format(Locale.ROOT, "   no answer for %.1f s", silence.toMillis() / 1e3);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private void say(String line) {
        invocation.say(String.format(Locale.ROOT, "%5.1f s  %s", elapsed().toMillis() / 1e3, line));
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
