package io.troupe.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.query.javadsl.TroupeReadJournal;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.query.PersistenceQuery;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several journals in one actor system: at paths of the user's own, where no more is said than must be. */
class PluginPathsTest {

    private static final String SECOND =
            """
            second.journal { class = "io.troupe.persistence.journal.TroupeJournal", dir = "%s/second" }
            second.snapshots { class = "io.troupe.persistence.snapshot.TroupeSnapshotStore", dir = "%s/second-snapshots" }
            second.query { class = "io.troupe.persistence.query.TroupeReadJournalProvider", journal = "second.journal" }
            moving.journal { class = "io.troupe.persistence.replicated.ReplicatedJournal" }
            moving.snapshots { class = "io.troupe.persistence.replicated.ReplicatedSnapshotStore" }
            troupe.persistence.replicated.dir = "%s/replicated"
            """;

    @TempDir
    Path directory;

    private static long increment(ActorTestKit kit, String journal, String snapshots, int times) {
        TestProbe<Long> probe = kit.createTestProbe();
        ActorRef<Counter.Command> counter = kit.spawn(Counter.create("a", journal, snapshots));
        long last = 0;
        for (int i = 0; i < times; i++) {
            counter.tell(new Counter.Increment(probe.ref()));
            last = probe.receiveMessage();
        }
        kit.stop(counter);
        return last;
    }

    @Test
    void eachHasItsOwnEventsAndSnapshotsAndTheStandardSettings() throws Exception {
        var config = ConfigFactory.parseString(SECOND.formatted(directory, directory, directory))
                .withFallback(Counter.config(directory));
        for (int life = 1; life <= 2; life++) {
            ActorTestKit kit = ActorTestKit.create("paths", config);
            try {
                assertThat(increment(kit, "", "", 3)).isEqualTo(life * 3L);
                assertThat(increment(kit, "second.journal", "second.snapshots", 30))
                        .isEqualTo(life * 30L);
                assertThat(increment(kit, "moving.journal", "moving.snapshots", 60))
                        .isEqualTo(life * 60L);
                assertThat(PersistenceQuery.get(kit.system())
                                .getReadJournalFor(TroupeReadJournal.class, "second.query")
                                .currentEventsByPersistenceId("a", 0, Long.MAX_VALUE)
                                .runWith(Sink.seq(), kit.system())
                                .toCompletableFuture()
                                .get(60, TimeUnit.SECONDS))
                        .hasSize(life * 30);
            } finally {
                kit.shutdownTestKit();
            }
        }
        assertThat(directory.resolve("second-snapshots")).isNotEmptyDirectory();
    }
}
