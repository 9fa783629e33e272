package io.troupe.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.journal.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.DeleteSnapshotSuccess;
import org.apache.pekko.persistence.DeleteSnapshotsSuccess;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.OptionConverters;

/** The list of behaviours that Pekko asks of a snapshot store, and what damage does to it. */
class SnapshotContractTest {

    private static final long ALL = Long.MAX_VALUE;
    private static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

    @TempDir
    static Path directory;

    private static ActorSystem system;
    private static int actors;

    private String pid;
    private TestKit sender;
    private final List<SnapshotMetadata> saved = new ArrayList<>();

    @BeforeAll
    static void start() {
        system = ActorSystem.create(
                "snapshot-contract",
                ConfigFactory.parseString(
                                """
                        pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
                        troupe.persistence.snapshot-store.dir = "%s"
                        pekko.loglevel = WARNING
                        pekko.actor {
                          serializers.reference = "io.troupe.persistence.journal.Reference$Serializer"
                          serialization-bindings { "io.troupe.persistence.journal.Reference" = reference }
                        }
                        """
                                        .formatted(directory))
                        .withFallback(ConfigFactory.load()));
    }

    @AfterAll
    static void stop() {
        TestKit.shutdownActorSystem(system);
    }

    @BeforeEach
    void fiveSnapshots() {
        pid = "../p/" + ++actors + "/" + "ü".repeat(300);
        sender = new TestKit(system);
        for (int i = 1; i <= 5; i++) {
            saved.add(save(SnapshotMetadata.apply(pid, i + 10), "s-" + i));
        }
    }

    private static ActorRef store() {
        return Persistence.get(system).snapshotStoreFor(null, ConfigFactory.empty());
    }

    private SnapshotMetadata save(SnapshotMetadata metadata, Object snapshot) {
        store().tell(new SnapshotProtocol.SaveSnapshot(metadata, snapshot), sender.getRef());
        return sender.expectMsgClass(SaveSnapshotSuccess.class).metadata();
    }

    private Optional<SelectedSnapshot> load(SnapshotSelectionCriteria criteria, long toSequenceNr) {
        store().tell(new SnapshotProtocol.LoadSnapshot(pid, criteria, toSequenceNr), sender.getRef());
        var result = sender.expectMsgClass(SnapshotProtocol.LoadSnapshotResult.class);
        assertThat(result.toSequenceNr()).isEqualTo(toSequenceNr);
        return OptionConverters.toJava(result.snapshot());
    }

    private SelectedSnapshot snapshot(int number) {
        return SelectedSnapshot.apply(saved.get(number - 1), "s-" + number);
    }

    private static SnapshotSelectionCriteria upTo(long sequenceNr, long timestamp) {
        return SnapshotSelectionCriteria.create(sequenceNr, timestamp);
    }

    private Path file(int number) throws IOException {
        String name = new SnapshotName(
                        saved.get(number - 1).sequenceNr(),
                        saved.get(number - 1).timestamp())
                .fileName();
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(path -> path.getFileName().toString().equals(name))
                    .filter(path -> path.getParent().getFileName().toString().startsWith(".._p_" + actors + "_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void anUnknownPersistenceIdHasNone() {
        pid = "unknown";
        assertThat(load(LATEST, ALL)).isEmpty();
    }

    @Test
    void criteriaThatNothingFitsFindNone() {
        assertThat(load(upTo(ALL, 100), ALL)).isEmpty();
        assertThat(load(upTo(7, ALL), ALL)).isEmpty();
        assertThat(load(LATEST, 7)).isEmpty();
    }

    @Test
    void theMostRecentThatFitsIsLoaded() {
        assertThat(load(LATEST, ALL)).contains(snapshot(5));
        assertThat(load(upTo(13, ALL), ALL)).contains(snapshot(3));
        assertThat(load(LATEST, 13)).contains(snapshot(3));
        assertThat(load(upTo(13, saved.get(2).timestamp()), ALL)).contains(snapshot(3));
        assertThat(load(upTo(ALL, saved.get(4).timestamp()), 13)).contains(snapshot(3));
    }

    @Test
    void oneIsDeletedByItsSequenceNumber() {
        SnapshotMetadata third = SnapshotMetadata.apply(pid, saved.get(2).sequenceNr());
        store().tell(new SnapshotProtocol.DeleteSnapshot(third), sender.getRef());
        sender.expectMsg(new DeleteSnapshotSuccess(third));
        assertThat(load(upTo(13, ALL), ALL)).contains(snapshot(2));
        assertThat(load(LATEST, ALL)).contains(snapshot(5));
    }

    @Test
    void manyAreDeletedByCriteria() {
        SnapshotSelectionCriteria upToThird = upTo(13, saved.get(2).timestamp());
        store().tell(new SnapshotProtocol.DeleteSnapshots(pid, upToThird), sender.getRef());
        sender.expectMsg(new DeleteSnapshotsSuccess(upToThird));
        assertThat(load(upToThird, ALL)).isEmpty();
        assertThat(load(upTo(14, saved.get(3).timestamp()), ALL)).contains(snapshot(4));
    }

    @Test
    void thoseYoungerThanTheCriteriaStay() {
        SnapshotSelectionCriteria tooOld = upTo(14, saved.get(0).timestamp() - 1);
        store().tell(new SnapshotProtocol.DeleteSnapshots(pid, tooOld), sender.getRef());
        sender.expectMsg(new DeleteSnapshotsSuccess(tooOld));
        assertThat(load(upTo(14, ALL), ALL)).contains(snapshot(4));
    }

    @Test
    void aSecondOneOfTheSameSequenceNumberReplacesTheFirst() {
        SnapshotMetadata again = save(saved.get(4), "s-5-modified");
        assertThat(again.sequenceNr()).isEqualTo(15);
        assertThat(load(upTo(15, ALL), ALL).orElseThrow().snapshot()).isEqualTo("s-5-modified");
    }

    @Test
    void largeOnesAndThoseWithReferencesAndMetadataAreKept() {
        save(SnapshotMetadata.apply(pid, 100), "0".repeat(1 << 20));
        assertThat(load(LATEST, ALL).orElseThrow().snapshot()).isEqualTo("0".repeat(1 << 20));

        Reference reference = new Reference(sender.getRef());
        save(SnapshotMetadata.apply(pid, 101).withMetadata("meta"), reference);
        SelectedSnapshot loaded = load(LATEST, ALL).orElseThrow();
        assertThat(loaded.snapshot()).isEqualTo(reference);
        assertThat(loaded.metadata().metadata().get()).isEqualTo("meta");
    }

    @Test
    void whereverTheNewestIsDamagedTheNextOlderIsLoaded() throws IOException {
        Path newest = file(5);
        byte[] bytes = Files.readAllBytes(newest);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(newest, damaged);
            assertThat(load(LATEST, ALL)).as("byte %d", at).contains(snapshot(4));
        }
        for (int length = 0; length < bytes.length; length++) {
            Files.write(newest, java.util.Arrays.copyOf(bytes, length));
            assertThat(load(LATEST, ALL)).as("length %d", length).contains(snapshot(4));
        }
    }

    @Test
    void whenAllAreDamagedTheLoadFailsNamingTheFile() throws IOException {
        for (int number = 1; number <= 5; number++) {
            Files.write(file(number), new byte[] {1, 2, 3});
        }
        store().tell(new SnapshotProtocol.LoadSnapshot(pid, LATEST, ALL), sender.getRef());
        assertThat(sender.expectMsgClass(SnapshotProtocol.LoadSnapshotFailed.class)
                        .cause())
                .isInstanceOf(DamagedSnapshotException.class)
                .hasMessageContaining(file(5).toString());
    }

    @Test
    void whatACrashLeftOfASaveIsNotLoadedAndGoesAway() throws IOException {
        Path leftover = file(5).resolveSibling("0000000000000000099-0000000000000000001.snapshot.tmp");
        Files.write(leftover, new byte[] {1, 2, 3});
        assertThat(load(LATEST, ALL)).contains(snapshot(5));
        assertThat(leftover).doesNotExist();
    }
}
