package io.troupe.bench.journal;

import com.sun.management.OperatingSystemMXBean;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.journal.Journals;
import io.troupe.persistence.journal.OpenJournal;
import io.troupe.persistence.log.GroupCommit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** One pass: an actor system over an empty journal, then the bound with the batch size that came of it. */
final class JournalRun {

    private static final String JOURNAL = "troupe.persistence.journal";
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private JournalRun() {}

    static Measured measure(Load load, Path directory, Duration duration)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path data = Files.createTempDirectory(directory, "bench-journal-");
        try {
            double noDisk = withoutDisk(load, duration);
            LongAdder acknowledged = new LongAdder();
            ActorSystem<Void> system = ActorSystem.create(writers(load, acknowledged), "bench-journal", config(data));
            try {
                OpenJournal journal = Journals.get(system).open(JOURNAL);
                pause(WARM_UP);
                GroupCommit.Counters before = journal.counters();
                long acknowledgedBefore = acknowledged.sum();
                long cpuBefore = cpuNanos();
                long start = System.nanoTime();
                pause(duration);
                double seconds = (System.nanoTime() - start) / 1e9;
                double cpuMicros = (cpuNanos() - cpuBefore) / 1e3;
                long events = acknowledged.sum() - acknowledgedBefore;
                GroupCommit.Counters after = journal.counters();
                double syncs = Math.max(1, after.syncs() - before.syncs());
                double bytes = after.bytes() - before.bytes();
                double eventsPerSync = (after.records() - before.records()) / syncs;
                stop(system);
                double bound = PlainFile.batchesPerSecond(data, (int) (bytes / syncs), duration);
                return new Measured(
                        events / seconds,
                        bytes / seconds,
                        eventsPerSync,
                        cpuMicros / Math.max(1, events),
                        bound * eventsPerSync,
                        noDisk);
            } finally {
                stop(system);
            }
        } finally {
            delete(data);
        }
    }

    /** Events a second of the same actors over a journal that acknowledges at once. */
    private static double withoutDisk(Load load, Duration duration)
            throws InterruptedException, ExecutionException, TimeoutException {
        LongAdder acknowledged = new LongAdder();
        Config noDisk = ConfigFactory.parseString(
                """
                pekko.persistence.journal.plugin = "no-disk-journal"
                no-disk-journal.class = "%s"
                no-disk-journal.plugin-dispatcher = "pekko.actor.default-dispatcher"
                no-disk-journal.circuit-breaker.call-timeout = 0s
                no-disk-journal.write-response-global-order = off
                """
                        .formatted(NoDiskJournal.class.getName()));
        ActorSystem<Void> system = ActorSystem.create(
                writers(load, acknowledged), "bench-no-disk", noDisk.withFallback(withoutSnapshots()));
        try {
            pause(WARM_UP);
            long before = acknowledged.sum();
            long start = System.nanoTime();
            pause(duration);
            return (acknowledged.sum() - before) * 1e9 / (System.nanoTime() - start);
        } finally {
            stop(system);
        }
    }

    static Behavior<Void> writers(Load load, LongAdder acknowledged) {
        return Behaviors.setup(context -> {
            for (int actor = 0; actor < load.actors(); actor++) {
                String id = "writer-" + actor;
                context.spawn(EventWriter.create(id, load.eventBytes(), acknowledged), id)
                        .tell(EventWriter.PersistNext.INSTANCE);
            }
            return Behaviors.empty();
        });
    }

    private static Config config(Path data) {
        return ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = "%s"
                        %s.dir = "%s"
                        """
                                .formatted(JOURNAL, JOURNAL, data.resolve("journal")))
                .withFallback(withoutSnapshots());
    }

    static Config withoutSnapshots() {
        return ConfigFactory.parseString(
                        """
                        pekko.actor.provider = local
                        pekko.persistence.snapshot-store.plugin = "pekko.persistence.no-snapshot-store"
                        pekko.loglevel = WARNING
                        pekko.coordinated-shutdown.run-by-jvm-shutdown-hook = off
                        """)
                .withFallback(ConfigFactory.load());
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    static void stop(ActorSystem<Void> system) throws InterruptedException, ExecutionException, TimeoutException {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    static void delete(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
