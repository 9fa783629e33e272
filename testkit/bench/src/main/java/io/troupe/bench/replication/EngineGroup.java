package io.troupe.bench.replication;

import io.troupe.bench.load.Costs;
import io.troupe.bench.load.Measured;
import io.troupe.cluster.local.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The replicas of one engine, each in a JVM of its own. */
final class EngineGroup implements AutoCloseable {

    private static final Duration LEADER_PATIENCE = Duration.ofMinutes(2);
    private static final Duration ONE_OPERATION = Duration.ofMillis(1);

    private final String name;
    private final List<ReplicaProcess> replicas = new ArrayList<>();
    private final Thread killAll = new Thread(() -> replicas.forEach(ReplicaProcess::kill), "bench-interrupted");

    EngineGroup(Engine engine, Path folder, List<String> jvmOptions) throws IOException {
        this.name = engine.name();
        Runtime.getRuntime().addShutdownHook(killAll);
        engine.prepare(folder, Engine.Place.names(engine.replicas()));
        List<Integer> ports = FreePorts.next(engine.replicas());
        for (int i = 0; i < ports.size(); i++) {
            replicas.add(new ReplicaProcess(engine, new Engine.Place(i, ports, folder.resolve("r" + i)), jvmOptions));
        }
    }

    String name() {
        return name;
    }

    /** @throws IllegalStateException when none leads for two minutes */
    private ReplicaProcess leader() throws InterruptedException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < LEADER_PATIENCE.toNanos()) {
            for (ReplicaProcess replica : replicas) {
                if (Boolean.parseBoolean(replica.ask(ReplicaMain.LEADS))) {
                    return replica;
                }
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new IllegalStateException(
                "no replica of " + name + " leads after " + LEADER_PATIENCE.toMinutes() + " min");
    }

    /**
     * Waits until an operation is answered: the first primary of PBFT leads before it has met the others.
     *
     * @throws IllegalStateException when all are refused for two minutes, or one gets no answer at all
     */
    void awaitService() throws InterruptedException {
        long begin = System.nanoTime();
        while (measure(Workload.PUT, 0, 1, ONE_OPERATION).failures() > 0) {
            if (System.nanoTime() - begin > LEADER_PATIENCE.toNanos()) {
                throw new IllegalStateException(
                        "no operation of " + name + " was carried out in " + LEADER_PATIENCE.toMinutes() + " min");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    Measured measure(Workload workload, int valueBytes, int outstanding, Duration duration)
            throws InterruptedException {
        ReplicaProcess leader = leader();
        Costs before = costs();
        String answer = leader.ask(String.join(
                " ",
                ReplicaMain.MEASURE,
                workload.name(),
                Integer.toString(valueBytes),
                Integer.toString(outstanding),
                Long.toString(duration.toMillis())));
        return ReplicaMain.read(answer, duration.toMillis() / 1e3, costs().since(before));
    }

    private Costs costs() {
        Duration cpu = replicas.stream().map(ReplicaProcess::cpu).reduce(Duration.ZERO, Duration::plus);
        long syncs = replicas.stream()
                .mapToLong(replica -> Long.parseLong(replica.ask(ReplicaMain.SYNCS)))
                .sum();
        return new Costs(cpu, syncs, replicas.size());
    }

    @Override
    public void close() {
        replicas.forEach(ReplicaProcess::close);
        Runtime.getRuntime().removeShutdownHook(killAll);
    }
}
