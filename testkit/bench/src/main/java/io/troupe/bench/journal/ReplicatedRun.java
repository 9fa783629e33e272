package io.troupe.bench.journal;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.replicated.ReplicatedPersistence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;

/** One pass over the replicated journal: a group of actor systems in this process, on one disk, and writers on the first. */
final class ReplicatedRun {

    /** The group elects a leader before anything is written, and the JVM compiles. */
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    private ReplicatedRun() {}

    /** @return events a second that were acknowledged, so durable on a majority of {@code members} */
    static double eventsPerSecond(Load load, Path directory, int members, Duration duration)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path data = Files.createTempDirectory(directory, "bench-replicated-");
        LongAdder acknowledged = new LongAdder();
        List<ActorSystem<Void>> systems = new ArrayList<>();
        try {
            for (int member = 1; member <= members; member++) {
                Behavior<Void> guardian =
                        member == 1 ? JournalRun.writers(load, acknowledged) : Behaviors.<Void>empty();
                ActorSystem<Void> system =
                        ActorSystem.create(hosting(guardian), "bench", config(data, member, members));
                systems.add(system);
                Address first = Cluster.get(systems.get(0)).selfMember().address();
                Cluster.get(system).manager().tell(Join.create(first));
            }
            JournalRun.pause(WARM_UP);
            long before = acknowledged.sum();
            long start = System.nanoTime();
            JournalRun.pause(duration);
            return (acknowledged.sum() - before) * 1e9 / (System.nanoTime() - start);
        } finally {
            for (ActorSystem<Void> system : systems) {
                JournalRun.stop(system);
            }
            JournalRun.delete(data);
        }
    }

    /** Every member has its replica from the start. */
    private static Behavior<Void> hosting(Behavior<Void> guardian) {
        return Behaviors.setup(context -> {
            ReplicatedPersistence.get(context.getSystem());
            return guardian;
        });
    }

    private static Config config(Path data, int member, int members) {
        String names = String.join(
                ", ", IntStream.rangeClosed(1, members).mapToObj(n -> "n" + n).toList());
        return ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal"
                        troupe.persistence.replicated { members = [%s], node = n%d, dir = "%s" }
                        pekko.actor.provider = cluster
                        pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                        pekko.remote.artery { transport = tcp, canonical { hostname = "127.0.0.1", port = 0 } }
                        pekko.remote.artery.advanced.maximum-frame-size = 4 MiB
                        """
                                .formatted(names, member, data.resolve("n" + member)))
                .withFallback(JournalRun.withoutSnapshots());
    }
}
