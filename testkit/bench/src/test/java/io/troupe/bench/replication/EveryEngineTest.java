package io.troupe.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.bench.load.ClosedLoop;
import io.troupe.bench.load.Costs;
import io.troupe.bench.load.Measured;
import io.troupe.bench.load.Operation;
import io.troupe.cluster.local.FreePorts;
import io.troupe.sim.junit.QuietLogs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each engine as the bench measures it, but with all of its replicas in this JVM, where they start sooner: {@link
 * ReplicationBenchTest} starts the JVMs of Raft, and of the engine whose JVMs need options of their own.
 */
@Timeout(600)
@QuietLogs
class EveryEngineTest {

    private static final int OUTSTANDING = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    static List<Engine> engines() {
        return ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(engine -> engine.jvmOptions().isEmpty()
                        && !(engine instanceof TroupeRaft)
                        && !(engine instanceof StandInEngine))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void ordersCommandsAndAnswersReads(Engine engine) throws Exception {
        engine.prepare(directory, Engine.Place.names(engine.replicas()));
        List<Integer> ports = FreePorts.next(engine.replicas());
        List<Engine.Replica> replicas = new ArrayList<>();
        try {
            for (int i = 0; i < ports.size(); i++) {
                replicas.add(engine.start(new Engine.Place(i, ports, directory.resolve("r" + i))));
            }
            Engine.Replica leader = leader(replicas);
            awaitService(leader);
            for (Operation operation : List.of(leader.put(new byte[100]), leader.read())) {
                assertThat(measureUndisturbed(operation).operationsPerSecond())
                        .as(engine.name())
                        .isPositive();
            }
            assertThat(replicas.stream().filter(replica -> replica.syncs() > 0))
                    .as("a quorum has synced")
                    .hasSizeGreaterThan(ports.size() / 2);
        } finally {
            close(replicas);
        }
    }

    /** All at once, as the bench's JVMs end. */
    private static void close(List<Engine.Replica> replicas) {
        CompletableFuture.allOf(replicas.stream()
                        .map(replica -> CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        replica.close();
                                    } catch (Exception e) {
                                        throw new CompletionException(e);
                                    }
                                },
                                task -> new Thread(task).start()))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static Engine.Replica leader(List<Engine.Replica> replicas) throws InterruptedException {
        while (replicas.stream().noneMatch(Engine.Replica::leads)) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return replicas.stream().filter(Engine.Replica::leads).findFirst().orElseThrow();
    }

    /**
     * Until nothing is refused: a group that has just formed may change once more, where one that was heard late had been taken
     * for failed, and refuses what is proposed meanwhile.
     */
    private static Measured measureUndisturbed(Operation operation) throws InterruptedException {
        Measured measured;
        do {
            measured = measure(operation, OUTSTANDING, Duration.ofMillis(300));
        } while (measured.failures() > 0);
        return measured;
    }

    private static void awaitService(Engine.Replica leader) throws InterruptedException {
        while (measure(leader.put(new byte[0]), 1, Duration.ofMillis(1)).failures() > 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static Measured measure(Operation operation, int outstanding, Duration duration)
            throws InterruptedException {
        return ClosedLoop.measure(
                client -> operation, outstanding, duration, PATIENCE, () -> Costs.UNKNOWN, new SplittableRandom(1));
    }
}
