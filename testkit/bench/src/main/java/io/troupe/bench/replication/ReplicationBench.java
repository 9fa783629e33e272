package io.troupe.bench.replication;

import io.troupe.bench.cli.Invocation;
import io.troupe.bench.cli.Measuring;
import io.troupe.bench.load.Load;
import io.troupe.bench.load.LoadOptions;
import io.troupe.bench.load.Report;
import io.troupe.cluster.cli.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures replication engines beside each other. */
@Command(
        mixinStandardHelpOptions = true,
        description = {
            "Three JVMs of each engine (four of PBFT) replicate a state machine that counts its commands; every entry"
                    + " is synced to the disk before it is acknowledged. The load is made in the leader's own JVM, so that"
                    + " no client protocol is measured: so many operations outstanding, each answer sends the next.",
            "Passes over loads and engines are interleaved, each begins with another engine, and each measurement with"
                    + " half a second of its load that does not count; the table shows medians, and the ratio of the first"
                    + " engine's to each other's. Latencies are in microseconds; cpu/op is the processor time of all JVMs"
                    + " for an operation, the load's own included, in microseconds; ops/sync is how many operations share"
                    + " a sync of a log, where the engine tells."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:measured", "1:an engine did not start or left operations unanswered"})
public final class ReplicationBench implements Callable<Integer> {

    @Mixin
    private Invocation invocation;

    @Mixin
    private Measuring measuring;

    @Mixin
    private LoadOptions options;

    @Option(
            names = "--engines",
            paramLabel = "NAME",
            split = ",",
            description = "what to measure, the one to compare with the others first (bench replication: all of raft,"
                    + "multi-paxos,chain,pbft,jraft; bench raft: raft,jraft)")
    private List<String> engines;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "PUT,READ",
            description = "any of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description = "for every replica's JVM, such as -Xlog:gc; may be repeated")
    private List<String> jvmOptions = List.of();

    @Option(
            names = "--one-at-a-time",
            description =
                    "start, warm up, measure and stop each engine by itself, once a pass: where there are more JVMs"
                            + " than processors, those that wait for their turn slow down the one whose turn it is")
    private boolean oneAtATime;

    /** What is asked, under the name the report has for it. */
    private record Asked(Workload workload, Load load) {}

    private final Report report = new Report();

    /** {@code engines}: those that are measured where the user names none. */
    ReplicationBench(String... engines) {
        this.engines = List.of(engines);
    }

    @Override
    public Integer call() throws Exception {
        options.check(invocation);
        List<Engine> chosen = new ArrayList<>();
        for (String name : engines) {
            try {
                chosen.add(ReplicaMain.find(name));
            } catch (IllegalArgumentException e) {
                invocation.require(false, String.valueOf(e.getMessage()));
            }
        }
        if (!measuring.isPossible(invocation)) {
            return ExitCodes.FAILURE;
        }
        Path folder = Files.createTempDirectory(measuring.dir(), "troupe-bench-replication");
        try {
            if (oneAtATime) {
                measureOneAtATime(chosen, folder);
            } else {
                measureBesideEachOther(chosen, folder);
            }
            report.print(invocation.out());
            if (options.json().isPresent()) {
                report.write(options.json().get(), Map.of());
            }
            return ExitCodes.OK;
        } catch (IllegalStateException e) {
            invocation.err().println("The measurement could not be carried out: " + e.getMessage());
            return ExitCodes.FAILURE;
        } finally {
            delete(folder);
        }
    }

    private void measureBesideEachOther(List<Engine> chosen, Path folder) throws IOException, InterruptedException {
        List<EngineGroup> groups = new ArrayList<>();
        try {
            for (Engine engine : chosen) {
                EngineGroup group = start(engine, folder.resolve(engine.name()));
                groups.add(group);
                group.awaitService(); // One after the other: JVMs that start take the processors from the rest.
            }
            for (EngineGroup group : groups) {
                warmUp(group);
            }
            for (int pass = 1; pass <= measuring.passes(); pass++) {
                for (Asked asked : asked()) {
                    for (EngineGroup group : Measuring.inTurn(pass, groups)) {
                        measure(pass, asked, group);
                    }
                }
            }
        } finally {
            groups.forEach(EngineGroup::close);
        }
    }

    private void measureOneAtATime(List<Engine> chosen, Path folder) throws IOException, InterruptedException {
        for (int pass = 1; pass <= measuring.passes(); pass++) {
            for (Engine engine : Measuring.inTurn(pass, chosen)) {
                try (EngineGroup group = start(engine, folder.resolve(engine.name() + "-" + pass))) {
                    group.awaitService();
                    warmUp(group);
                    for (Asked asked : asked()) {
                        measure(pass, asked, group);
                    }
                }
            }
        }
    }

    private EngineGroup start(Engine engine, Path folder) throws IOException {
        invocation.say("starting " + engine.name() + ", " + engine.replicas() + " JVMs");
        return new EngineGroup(engine, folder, jvmOptions);
    }

    private void warmUp(EngineGroup group) throws InterruptedException {
        invocation.say("warming up " + group.name());
        int bytes = options.valueBytes().get(0);
        options.warmUp(workloads, (workload, outstanding, share) -> group.measure(workload, bytes, outstanding, share));
    }

    private List<Asked> asked() {
        List<Asked> all = new ArrayList<>();
        for (Workload workload : workloads) {
            for (int bytes : workload == Workload.READ ? List.of(0) : options.valueBytes()) {
                for (int outstanding : options.outstanding()) {
                    all.add(new Asked(workload, new Load(workload.title(), bytes, outstanding)));
                }
            }
        }
        return all;
    }

    private void measure(int pass, Asked asked, EngineGroup group) throws InterruptedException {
        Load load = asked.load();
        invocation.say("pass " + pass + " of " + measuring.passes() + ": " + group.name() + ", " + load.title() + ", "
                + load.valueBytes() + " bytes, " + load.outstanding() + " outstanding");
        report.add(
                load,
                group.name(),
                measuring.measure(
                        time -> group.measure(asked.workload(), load.valueBytes(), load.outstanding(), time)));
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
