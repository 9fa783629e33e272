package io.troupe.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.journal.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import scala.jdk.javaapi.OptionConverters;

/** The list of behaviours that Pekko asks of a snapshot store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class SnapshotContract {

    protected static final long ALL = Long.MAX_VALUE;
    protected static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

    private ActorSystem system;
    protected int actors;

    protected String pid;
    protected TestKit sender;
    protected final List<SnapshotMetadata> saved = new ArrayList<>();

    /** The plugin, in {@code directory}. */
    protected abstract String config(Path directory);

    @BeforeAll
    void start(@TempDir Path directory) {
        Config config = ConfigFactory.parseString(config(directory))
                .withFallback(
                        ConfigFactory.parseString(
                                """
                        pekko.loglevel = WARNING
                        pekko.actor {
                          serializers.reference = "io.troupe.persistence.journal.Reference$Serializer"
                          serialization-bindings { "io.troupe.persistence.journal.Reference" = reference }
                        }
                        """))
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create("snapshot-contract", config);
    }

    @AfterAll
    void stop() {
        TestKit.shutdownActorSystem(system);
    }

    @BeforeEach
    void fiveSnapshots() {
        pid = "../p/" + ++actors + "/" + "ü".repeat(300);
        sender = new TestKit(system);
        saved.clear();
        for (int i = 1; i <= 5; i++) {
            saved.add(save(SnapshotMetadata.apply(pid, i + 10), "s-" + i));
        }
    }

    protected ActorRef store() {
        return Persistence.get(system).snapshotStoreFor(null, ConfigFactory.empty());
    }

    private SnapshotMetadata save(SnapshotMetadata metadata, Object snapshot) {
        store().tell(new SnapshotProtocol.SaveSnapshot(metadata, snapshot), sender.getRef());
        return sender.expectMsgClass(SaveSnapshotSuccess.class).metadata();
    }

    protected Optional<SelectedSnapshot> load(SnapshotSelectionCriteria criteria, long toSequenceNr) {
        store().tell(new SnapshotProtocol.LoadSnapshot(pid, criteria, toSequenceNr), sender.getRef());
        var result = sender.expectMsgClass(SnapshotProtocol.LoadSnapshotResult.class);
        assertThat(result.toSequenceNr()).isEqualTo(toSequenceNr);
        return OptionConverters.toJava(result.snapshot());
    }

    protected SelectedSnapshot snapshot(int number) {
        return SelectedSnapshot.apply(saved.get(number - 1), "s-" + number);
    }

    private static SnapshotSelectionCriteria upTo(long sequenceNr, long timestamp) {
        return SnapshotSelectionCriteria.create(sequenceNr, timestamp);
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

    /** An actor need not wait for one to be saved before it saves the next, nor have persisted anything meanwhile. */
    @Test
    void ofSeveralOneAfterTheOtherWithTheSameSequenceNumberTheLastIsThere() {
        int saves = 0;
        for (long nr = 100; nr < 130; nr++) {
            for (int save = 1; save <= 3; save++) {
                var metadata = SnapshotMetadata.apply(pid, nr);
                store().tell(new SnapshotProtocol.SaveSnapshot(metadata, nr + "-" + save), sender.getRef());
                saves++;
            }
        }
        for (int i = 0; i < saves; i++) {
            sender.expectMsgClass(SaveSnapshotSuccess.class);
        }
        for (long nr = 100; nr < 130; nr++) {
            assertThat(load(upTo(nr, ALL), ALL).orElseThrow().snapshot()).isEqualTo(nr + "-3");
        }
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
}
