package io.troupe.persistence.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.Counter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.DeleteMessagesFailure;
import org.apache.pekko.persistence.DeleteSnapshotFailure;
import org.apache.pekko.persistence.DeleteSnapshotsFailure;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentEnvelope;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/** Whole actor systems on the replicated journal, most of them a group of one. */
class ReplicatedJournalTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private Config config(String more) {
        return ConfigFactory.parseString(more)
                .withFallback(ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = "troupe.persistence.replicated-journal"
                        pekko.persistence.snapshot-store.plugin = "troupe.persistence.replicated-snapshot-store"
                        troupe.persistence.replicated.dir = "%s"
                        pekko.loglevel = WARNING
                        """
                                .formatted(directory)))
                .withFallback(ConfigFactory.load());
    }

    private static long increment(ActorTestKit kit, String id, int times) {
        TestProbe<Long> probe = kit.createTestProbe();
        ActorRef<Counter.Command> counter = kit.spawn(Counter.create(id));
        for (int i = 0; i < times; i++) {
            counter.tell(new Counter.Increment(probe.ref()));
        }
        long last = 0;
        for (int i = 0; i < times; i++) {
            last = probe.receiveMessage();
        }
        kit.stop(counter);
        return last;
    }

    @Test
    void actorsComeBackWithTheirStateFromTheGroupsSnapshotAndItsLog() {
        for (int life = 1; life <= 3; life++) {
            ActorTestKit kit = ActorTestKit.create("restart", config("troupe.raft.snapshot-entries = 100"));
            try {
                for (String id : List.of("a", "b", "c")) {
                    assertThat(increment(kit, id, 130)).isEqualTo(life * 130L);
                }
            } finally {
                kit.shutdownTestKit();
            }
        }
        assertThat(directory.resolve("group-snapshots")).isNotEmptyDirectory();
    }

    @Test
    void twoActorSystemsDoNotHaveOneDirectory() {
        ActorTestKit first = ActorTestKit.create("first", config(""));
        ActorTestKit second = ActorTestKit.create("second", config(""));
        try {
            increment(first, "a", 1);
            assertThatThrownBy(() -> replay(second.system().classicSystem(), "a"))
                    .hasMessageContaining("The directory is in use");
            assertThat(increment(first, "a", 1)).isEqualTo(2);
        } finally {
            first.shutdownTestKit();
            second.shutdownTestKit();
        }
    }

    @Test
    void moreActorsThanMayRecoverAtOnceDoNotKeepTheGroupsLogFromRecovering() {
        ActorTestKit kit = ActorTestKit.create("many", config("pekko.persistence.max-concurrent-recoveries = 4"));
        try {
            TestProbe<Long> probe = kit.createTestProbe();
            for (int actor = 0; actor < 100; actor++) {
                kit.spawn(Counter.create("many-" + actor)).tell(new Counter.Increment(probe.ref()));
            }
            assertThat(probe.receiveSeveralMessages(100)).containsOnly(1L);
        } finally {
            kit.shutdownTestKit();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pekko.extensions = [\"io.troupe.persistence.replicated.ReplicatedPersistence$Id\"]",
                "pekko.persistence.snapshot-store.plugin = \"pekko.persistence.no-snapshot-store\"",
                "pekko.persistence.journal.plugin = \"pekko.persistence.journal.inmem\"",
            })
    void theReplicaIsHostedBeforeAnybodyPersists(String setting) {
        ActorSystem system = ActorSystem.create("extension", config(setting));
        try {
            assertThat(directory.resolve("log")).isNotEmptyDirectory();
            assertThat(directory.resolve("state")).isNotEmptyDirectory();
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    // ---- spoken in the plugin's own protocol

    private static org.apache.pekko.actor.ActorRef journal(ActorSystem system) {
        return Persistence.get(system).journalFor(null, ConfigFactory.empty());
    }

    /** On another node, as the group hears of it. */
    private static void recoverElsewhere(ActorSystem system, String id) {
        ReplicatedPersistence.get(system)
                .claim(id)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** @return the highest sequence number */
    private static long replay(ActorSystem system, String id) {
        TestKit probe = new TestKit(system);
        journal(system)
                .tell(
                        new JournalProtocol.ReplayMessages(1, Long.MAX_VALUE, Long.MAX_VALUE, id, probe.getRef()),
                        probe.getRef());
        while (true) {
            Object message = probe.receiveOne(PATIENCE);
            if (message instanceof JournalProtocol.RecoverySuccess success) {
                return success.highestSequenceNr();
            } else if (message instanceof JournalProtocol.ReplayMessagesFailure failure) {
                throw new IllegalStateException(failure.cause());
            }
        }
    }

    /**
     * Writes the events in one request, each for itself.
     *
     * @return why not the first; empty when it was acknowledged
     */
    private static String write(ActorSystem system, String id, String writer, long sequenceNr, Object... events) {
        TestKit probe = new TestKit(system);
        List<PersistentEnvelope> writes = new ArrayList<>();
        for (Object event : events) {
            writes.add(AtomicWrite.apply(PersistentRepr.apply(
                    event,
                    sequenceNr + writes.size(),
                    id,
                    "",
                    false,
                    org.apache.pekko.actor.ActorRef.noSender(),
                    writer)));
        }
        var envelopes = CollectionConverters.asScala(writes).toList();
        journal(system).tell(new JournalProtocol.WriteMessages(envelopes, probe.getRef(), 1), probe.getRef());
        Object first = probe.receiveOne(PATIENCE);
        Object second = probe.receiveOne(PATIENCE);
        if (second instanceof JournalProtocol.WriteMessageRejected rejected) {
            return rejected.cause().getMessage();
        } else if (second instanceof JournalProtocol.WriteMessageFailure failure) {
            return failure.cause().getMessage();
        }
        assertThat(first).isEqualTo(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(second).isInstanceOf(JournalProtocol.WriteMessageSuccess.class);
        return "";
    }

    @Test
    void whoeverRecoversFencesWhoWroteBefore() {
        ActorSystem system = ActorSystem.create("fencing", config(""));
        try {
            assertThat(write(system, "p", "old", 1, "a")).isEmpty();
            assertThat(replay(system, "p")).isEqualTo(1);
            assertThat(write(system, "p", "old", 2, "b")).contains("Fenced", "writer old of p");
            assertThat(write(system, "p", "new", 2, "c")).isEmpty();
            assertThat(write(system, "p", "third", 3, "d")).contains("Fenced", "which is new");
            assertThat(replay(system, "p")).isEqualTo(2);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void whoWasFencedDeletesNoEvents() {
        ActorSystem system = ActorSystem.create("late-deletion", config(""));
        try {
            replay(system, "p");
            assertThat(write(system, "p", "old", 1, "a")).isEmpty();
            recoverElsewhere(system, "p");
            requireNoDeletion(system, "p");
            TestKit replayed = new TestKit(system);
            journal(system)
                    .tell(
                            new JournalProtocol.ReplayMessages(
                                    1, Long.MAX_VALUE, Long.MAX_VALUE, "p", replayed.getRef()),
                            replayed.getRef());
            assertThat(replayed.expectMsgClass(JournalProtocol.ReplayedMessage.class)
                            .persistent()
                            .payload())
                    .isEqualTo("a");
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    private static void requireNoDeletion(ActorSystem system, String id) {
        TestKit probe = new TestKit(system);
        journal(system).tell(new JournalProtocol.DeleteMessagesTo(id, Long.MAX_VALUE, probe.getRef()), probe.getRef());
        assertThat(probe.expectMsgClass(DeleteMessagesFailure.class).cause()).isInstanceOf(WriterFencedException.class);
    }

    @Test
    void whoWasFencedDeletesNoSnapshotUntilItHasRecoveredAgain() {
        ActorSystem system = ActorSystem.create("late-deletion", config(""));
        try {
            TestKit probe = new TestKit(system);
            var snapshots = Persistence.get(system).snapshotStoreFor(null, ConfigFactory.empty());
            SnapshotSelectionCriteria all = SnapshotSelectionCriteria.latest();
            replay(system, "p");
            snapshots.tell(new SnapshotProtocol.SaveSnapshot(SnapshotMetadata.apply("p", 1), "state"), probe.getRef());
            SnapshotMetadata saved =
                    probe.expectMsgClass(SaveSnapshotSuccess.class).metadata();

            recoverElsewhere(system, "p");
            snapshots.tell(new SnapshotProtocol.DeleteSnapshots("p", all), probe.getRef());
            assertThat(probe.expectMsgClass(DeleteSnapshotsFailure.class).cause())
                    .isInstanceOf(WriterFencedException.class);
            snapshots.tell(new SnapshotProtocol.DeleteSnapshot(saved), probe.getRef());
            assertThat(probe.expectMsgClass(DeleteSnapshotFailure.class).cause())
                    .isInstanceOf(WriterFencedException.class);

            replay(system, "p");
            snapshots.tell(new SnapshotProtocol.DeleteSnapshots("p", all), probe.getRef());
            probe.expectMsg(new DeleteSnapshotsSuccess(all));
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    private static void loadSnapshot(ActorSystem system, String id) {
        TestKit probe = new TestKit(system);
        Persistence.get(system)
                .snapshotStoreFor(null, ConfigFactory.empty())
                .tell(
                        new SnapshotProtocol.LoadSnapshot(id, SnapshotSelectionCriteria.latest(), Long.MAX_VALUE),
                        probe.getRef());
        probe.expectMsgClass(PATIENCE, SnapshotProtocol.LoadSnapshotResult.class);
    }

    private static void deleteElsewhere(ActorSystem system, String id, long to) {
        ReplicatedPersistence.get(system)
                .commit(new Operation.DeleteEvents(id, 0, to))
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .thenAccept(ReplicatedPersistence::requireDone)
                .join();
    }

    /** It would go on with a history without them: the snapshot that has them came too late for it. */
    @Test
    void aRecoveryFailsWhoseEventsAnotherHasDeletedSinceItLoadedItsSnapshot() {
        ActorSystem system = ActorSystem.create("overtaken", config(""));
        try {
            replay(system, "p");
            assertThat(write(system, "p", "old", 1, "a", "b")).isEmpty();

            loadSnapshot(system, "p");
            recoverElsewhere(system, "p");
            assertThat(replay(system, "p")).as("nothing is deleted").isEqualTo(2);

            loadSnapshot(system, "p");
            recoverElsewhere(system, "p");
            deleteElsewhere(system, "p", 1);
            assertThatThrownBy(() -> replay(system, "p"))
                    .hasCauseInstanceOf(WriterFencedException.class)
                    .hasMessageContaining("its events from 1 to 1 are deleted");

            loadSnapshot(system, "p");
            assertThat(replay(system, "p"))
                    .as("again, from whatever there is now")
                    .isEqualTo(2);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    /** Else it could save what comes after that snapshot, and delete the events between before they are replayed. */
    @Test
    void whoeverLoadsASnapshotToRecoverFencesWhoWroteBefore() {
        ActorSystem system = ActorSystem.create("loading", config(""));
        try {
            replay(system, "p");
            assertThat(write(system, "p", "old", 1, "a")).isEmpty();
            loadSnapshot(system, "p");

            assertThat(write(system, "p", "old", 2, "b")).contains("Fenced", "writes in epoch 1");
            requireNoDeletion(system, "p");
            assertThat(replay(system, "p")).isEqualTo(1);
            assertThat(write(system, "p", "new", 2, "b")).isEmpty();
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    /** An actor that persists without waiting has several writes under way: they are no history without the first. */
    @Test
    void whatFollowsAWriteThatFailedIsNotWrittenEither() {
        ActorSystem system = ActorSystem.create(
                "hole", config("troupe.persistence.replicated { batch-size-max = 16 KiB, queue-size-max = 64 KiB }"));
        try {
            assertThat(replay(system, "p")).isZero();
            assertThat(write(system, "p", "w", 1, "x".repeat(100_000), "b", "c"))
                    .contains("queue-size-max = 65536");
            assertThat(replay(system, "p")).isZero();
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void manyWritesOfOneRequestAreWrittenInTheirOrder() {
        ActorSystem system =
                ActorSystem.create("many-writes", config("troupe.persistence.replicated.batch-size-max = 4 KiB"));
        try {
            Object[] events = IntStream.rangeClosed(1, 100)
                    .mapToObj(nr -> nr + "x".repeat(nr * 37 % 3_000))
                    .toArray();
            assertThat(write(system, "p", "w", 1, events)).isEmpty();
            TestKit probe = new TestKit(system);
            journal(system)
                    .tell(
                            new JournalProtocol.ReplayMessages(1, Long.MAX_VALUE, Long.MAX_VALUE, "p", probe.getRef()),
                            probe.getRef());
            for (Object event : events) {
                assertThat(probe.expectMsgClass(JournalProtocol.ReplayedMessage.class)
                                .persistent()
                                .payload())
                        .isEqualTo(event);
            }
            probe.expectMsg(new JournalProtocol.RecoverySuccess(100));
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void whatIsTooLongIsRejectedNamingTheBoundAndTheRestGoesOn() {
        ActorSystem system =
                ActorSystem.create("sizes", config("troupe.persistence.replicated.write-size-max = 10 KiB"));
        try {
            assertThat(write(system, "p", "w", 1, "x".repeat(11_000))).contains("write-size-max = 10240");
            assertThat(write(system, "y".repeat(66_000), "w", 1, "a")).contains("persistence id");
            assertThat(write(system, "p", "w", 2, "x".repeat(9_000))).isEmpty();
            assertThat(replay(system, "p")).isEqualTo(2);
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void manyLongEventsAreReplayedPageByPage() {
        ActorSystem system = ActorSystem.create("pages", config("troupe.persistence.replicated.page-size = 4 KiB"));
        try {
            for (int nr = 1; nr <= 60; nr++) {
                assertThat(write(system, "p", "w", nr, nr + "x".repeat(1_000))).isEmpty();
            }
            TestKit probe = new TestKit(system);
            journal(system).tell(new JournalProtocol.ReplayMessages(1, 59, 50, "p", probe.getRef()), probe.getRef());
            for (int nr = 1; nr <= 50; nr++) {
                assertThat(probe.expectMsgClass(JournalProtocol.ReplayedMessage.class)
                                .persistent()
                                .payload())
                        .isEqualTo(nr + "x".repeat(1_000));
            }
            probe.expectMsg(new JournalProtocol.RecoverySuccess(60));
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    // ---- without a group that answers

    @Test
    void withoutAMajorityWritesAndRecoveriesFailWithinTheTimeoutAndAreNotAcknowledged() {
        ActorSystem system = ActorSystem.create(
                "minority",
                config(
                        """
                        troupe.persistence.replicated { members = ["n1", "n2", "n3"], node = n1, timeout = 1s }
                        pekko.remote.artery.advanced.maximum-frame-size = 4 MiB
                        """));
        try {
            long started = System.nanoTime();
            assertThat(write(system, "p", "w", 1, "a")).contains("not written", "Is a majority of the group up");
            assertThatThrownBy(() -> replay(system, "p")).hasMessageContaining("majority");
            assertThat(Duration.ofNanos(System.nanoTime() - started))
                    .isLessThan(Duration.ofSeconds(20)); // What two take by default.
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @Test
    void aReplicaThatNobodyProvidesIsMissedByName() {
        ActorSystem system = ActorSystem.create(
                "provided", config("troupe.persistence.replicated { host = provided, timeout = 300ms }"));
        try {
            assertThat(write(system, "p", "w", 1, "a")).contains("ReplicatedPersistence.provide");
            assertThatThrownBy(() -> replay(system, "p")).hasMessageContaining("ReplicatedPersistence.provide");
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "troupe.persistence.replicated.host = both | host = both is not possible, right would be own or provided",
                "troupe.persistence.replicated.members = [a, b] | node = '' is not possible, right would be one of",
                "troupe.persistence.replicated.write-size-max = 2 MiB | at least 256 KiB less than troupe.raft.max-entry-bytes",
                "troupe.persistence.replicated.timeout = 1ms | timeout = PT0.001S is not possible",
                "troupe.persistence.replicated.dir = \"\" | right would be the path of a directory on a local disk",
                "troupe.persistence.replicated { members = [a, b], node = a } | maximum-frame-size",
                "pekko.actor.provider = cluster | members = [] is not possible",
            })
    void wrongSettingsAreNamedWithTheirValueAndWhatWouldBeRight(String setting, String message) {
        Config wrong = config("pekko.remote.artery.advanced.maximum-frame-size = 256 KiB\n" + setting);
        assertThatThrownBy(() -> ReplicatedSettings.of(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void wrongSettingsReachWhoeverPersists() {
        ActorSystem system = ActorSystem.create("wrong", config("troupe.persistence.replicated.host = both"));
        try {
            assertThat(write(system, "p", "w", 1, "a")).contains("host = both");
            assertThatThrownBy(() -> replay(system, "p")).hasMessageContaining("host = both");
        } finally {
            TestKit.shutdownActorSystem(system);
        }
    }
}
