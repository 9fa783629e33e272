package io.troupe.persistence.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.NotSerializableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.DeleteMessagesSuccess;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.jdk.javaapi.CollectionConverters;

/** The list of behaviours that Pekko asks of a journal plugin, one test each, spoken in the plugin's own protocol. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class JournalContract {

    private static final long ALL = Long.MAX_VALUE;

    private ActorSystem system;
    private int actors;

    private String pid;
    private String writer;
    private TestKit sender;
    private TestKit receiver;

    /** The plugin, in {@code directory}. */
    protected abstract String config(Path directory);

    @BeforeAll
    void start(@TempDir Path directory) {
        Config config = ConfigFactory.parseString(config(directory))
                .withFallback(
                        ConfigFactory.parseString(
                                """
                        pekko.persistence.publish-plugin-commands = on
                        pekko.loglevel = WARNING
                        pekko.actor {
                          serializers.reference = "io.troupe.persistence.journal.Reference$Serializer"
                          serialization-bindings { "io.troupe.persistence.journal.Reference" = reference }
                        }
                        """))
                .withFallback(ConfigFactory.load());
        system = ActorSystem.create("journal-contract", config);
    }

    @AfterAll
    void stop() {
        TestKit.shutdownActorSystem(system);
    }

    @BeforeEach
    void fiveEvents() {
        pid = "p-" + ++actors;
        writer = UUID.randomUUID().toString();
        sender = new TestKit(system);
        receiver = new TestKit(system);
        List<AtomicWrite> writes = new ArrayList<>();
        for (long nr = 1; nr <= 3; nr++) {
            writes.add(AtomicWrite.apply(event(nr, "a-" + nr).update(nr, pid, false, sender.getRef(), writer)));
        }
        writes.add(atomic(
                event(4, "a-4").update(4, pid, false, sender.getRef(), writer),
                event(5, "a-5").update(5, pid, false, sender.getRef(), writer)));
        TestKit writing = write(writes);
        writing.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        for (long nr = 1; nr <= 5; nr++) {
            var success = writing.expectMsgClass(JournalProtocol.WriteMessageSuccess.class);
            assertThat(success.persistent().payload()).isEqualTo("a-" + nr);
            assertThat(success.persistent().sender())
                    .as("the sender is passed through")
                    .isEqualTo(sender.getRef());
        }
    }

    private ActorRef journal() {
        return Persistence.get(system).journalFor(null, ConfigFactory.empty());
    }

    private PersistentRepr event(long nr, Object payload) {
        return PersistentRepr.apply(payload, nr, pid, "", false, ActorRef.noSender(), writer);
    }

    private static AtomicWrite atomic(PersistentRepr... events) {
        return AtomicWrite.apply(CollectionConverters.asScala(List.of(events)).toList());
    }

    private TestKit write(List<AtomicWrite> writes) {
        TestKit probe = new TestKit(system);
        var envelopes = CollectionConverters.asScala(
                        List.<org.apache.pekko.persistence.PersistentEnvelope>copyOf(writes))
                .toList();
        journal().tell(new JournalProtocol.WriteMessages(envelopes, probe.getRef(), 1), probe.getRef());
        return probe;
    }

    private void replay(long from, long to, long max) {
        journal().tell(new JournalProtocol.ReplayMessages(from, to, max, pid, receiver.getRef()), receiver.getRef());
    }

    private PersistentRepr expectReplayed() {
        return receiver.expectMsgClass(JournalProtocol.ReplayedMessage.class).persistent();
    }

    /** Expects the events {@code first} to {@code last} of those written before each test, then the end of recovery. */
    private void expectReplayed(long first, long last, long highest) {
        LongStream.rangeClosed(first, last)
                .forEach(nr -> assertThat(expectReplayed()).isEqualTo(event(nr, "a-" + nr)));
        expectRecovered(highest);
    }

    private void expectRecovered(long highest) {
        receiver.expectMsg(new JournalProtocol.RecoverySuccess(highest));
    }

    private void deleteTo(long sequenceNr) {
        TestKit deleting = new TestKit(system);
        TestKit published = new TestKit(system);
        var command = new JournalProtocol.DeleteMessagesTo(pid, sequenceNr, deleting.getRef());
        system.eventStream().subscribe(published.getRef(), JournalProtocol.DeleteMessagesTo.class);
        journal().tell(command, deleting.getRef());
        published.expectMsg(command);
        deleting.expectMsg(new DeleteMessagesSuccess(sequenceNr));
        deleting.expectNoMessage(Duration.ofMillis(50));
    }

    @ParameterizedTest(name = "{0}: from {1} to {2}, at most {3} → {4} to {5}")
    @CsvSource({
        "all events, 1, 9223372036854775807, 9223372036854775807, 1, 5",
        "from below the first, 0, 9223372036854775807, 9223372036854775807, 1, 5",
        "a lower bound, 3, 9223372036854775807, 9223372036854775807, 3, 5",
        "an upper bound, 1, 3, 9223372036854775807, 1, 3",
        "a count limit, 1, 9223372036854775807, 3, 1, 3",
        "lower and upper bound, 2, 3, 9223372036854775807, 2, 3",
        "both bounds and a limit, 2, 5, 2, 2, 3",
        "a limit inside an atomic write, 1, 5, 4, 1, 4",
        "bounds inside an atomic write, 5, 5, 9223372036854775807, 5, 5",
        "one event, 2, 2, 9223372036854775807, 2, 2",
        "a limit of one, 2, 4, 1, 2, 2",
        "a limit of none, 2, 4, 0, 1, 0",
        "a lower above the upper bound, 3, 2, 9223372036854775807, 1, 0",
    })
    void replayKeepsTheBounds(String what, long from, long to, long max, long first, long last) {
        replay(from, to, max);
        expectReplayed(first, last, 5);
    }

    @Test
    void anUnknownPersistenceIdHasNoEventsAndHighestZero() {
        pid = "never-written";
        replay(0, ALL, ALL);
        expectRecovered(0);
    }

    @Test
    void deletedEventsAreNotReplayed() {
        deleteTo(3);
        replay(1, ALL, ALL);
        expectReplayed(4, 5, 5);
    }

    @Test
    void deletionMayCutAnAtomicWriteInTwo() {
        deleteTo(4);
        replay(1, ALL, ALL);
        expectReplayed(5, 5, 5);
    }

    @Test
    void deletionDoesNotResetTheHighestSequenceNumber() {
        replay(0, ALL, ALL);
        expectReplayed(1, 5, 5);
        deleteTo(3);
        replay(0, ALL, ALL);
        expectReplayed(4, 5, 5);
    }

    @Test
    void deletionOfEverythingDoesNotResetTheHighestSequenceNumberAndLetsLaterEventsLive() {
        deleteTo(ALL);
        replay(0, ALL, ALL);
        expectRecovered(5);

        writer = UUID.randomUUID().toString(); // Who has recovered is another incarnation.
        write(List.of(AtomicWrite.apply(event(6, "a-6")))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        replay(0, ALL, ALL);
        expectReplayed(6, 6, 6);
    }

    @ParameterizedTest(name = "{0}: from {1} to {2} → {3} to {4}")
    @CsvSource({
        "lower bound at the last deleted, 3, 9223372036854775807, 4, 5",
        "upper bound within the deleted, 1, 2, 1, 0",
        "upper bound at the last deleted, 1, 3, 1, 0",
        "lower bound at the first that survives, 4, 9223372036854775807, 4, 5",
        "a window that spans the deleted, 1, 4, 4, 4",
    })
    void replayAfterDeletionOfThreeKeepsTheBounds(String what, long from, long to, long first, long last) {
        deleteTo(3);
        replay(from, to, ALL);
        expectReplayed(first, last, 5);
    }

    @Test
    void onlyTheEventThatCannotBeSerializedIsRejected() {
        Object notSerializable = new Object();
        TestKit writing = write(List.of(
                AtomicWrite.apply(event(6, "b-6")),
                AtomicWrite.apply(event(7, notSerializable)),
                AtomicWrite.apply(event(8, "b-8"))));

        writing.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(writing.expectMsgClass(JournalProtocol.WriteMessageSuccess.class)
                        .persistent())
                .isEqualTo(event(6, "b-6"));
        var rejected = writing.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
        assertThat(rejected.message()).isEqualTo(event(7, notSerializable));
        assertThat(rejected.cause()).isInstanceOf(NotSerializableException.class);
        assertThat(writing.expectMsgClass(JournalProtocol.WriteMessageSuccess.class)
                        .persistent())
                .isEqualTo(event(8, "b-8"));

        replay(6, ALL, ALL);
        assertThat(expectReplayed()).isEqualTo(event(6, "b-6"));
        assertThat(expectReplayed()).isEqualTo(event(8, "b-8"));
        expectRecovered(8);
    }

    @Test
    void anAtomicWriteWithOneEventThatCannotBeSerializedIsRejectedWhole() {
        TestKit writing = write(List.of(atomic(event(6, "b-6"), event(7, new Object()))));
        writing.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        writing.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
        writing.expectMsgClass(JournalProtocol.WriteMessageRejected.class);
        replay(6, ALL, ALL);
        expectRecovered(5);
    }

    @Test
    void anEventLongerThanTheBoundIsRejectedNamingIt() {
        TestKit writing = write(List.of(AtomicWrite.apply(event(6, "x".repeat(64 << 20)))));
        writing.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(writing.expectMsgClass(JournalProtocol.WriteMessageRejected.class)
                        .cause())
                .hasMessageContaining("write-size-max");
    }

    @Test
    void serializersSeeTheTransportInformation() {
        Reference reference = new Reference(sender.getRef());
        TestKit writing = write(List.of(AtomicWrite.apply(event(6, reference))));
        writing.expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        assertThat(writing.expectMsgClass(JournalProtocol.WriteMessageSuccess.class)
                        .persistent()
                        .payload())
                .isEqualTo(reference);

        replay(6, ALL, ALL);
        assertThat(expectReplayed().payload()).isEqualTo(reference);
        expectRecovered(6);
    }

    @Test
    void metadataTimestampManifestAndWriterAreKept() {
        replay(6, ALL, ALL);
        expectRecovered(5);
        writer = "a writer that is no UUID";
        PersistentRepr event =
                event(6, "a-6").withMetadata("meta").withTimestamp(1234567).withManifest("adapted-v2");
        write(List.of(AtomicWrite.apply(event))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);

        replay(6, 6, 1);
        PersistentRepr replayed = expectReplayed();
        assertThat(replayed).isEqualTo(event);
        assertThat(replayed.metadata().get()).isEqualTo("meta");
        assertThat(replayed.timestamp()).isEqualTo(1234567);
        expectRecovered(6);
    }

    @Test
    void anEventMarkedDeletedIsStoredButNotReplayed() {
        PersistentRepr deleted = event(6, "a-6").update(6, pid, true, ActorRef.noSender(), writer);
        write(List.of(AtomicWrite.apply(deleted))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        replay(6, ALL, ALL);
        expectRecovered(6);
    }

    @Test
    void tagsAreTakenOffThePayload() {
        Tagged tagged = new Tagged("a-6", Set.of("red", "round"));
        write(List.of(AtomicWrite.apply(event(6, tagged)))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        replay(6, ALL, ALL);
        assertThat(expectReplayed().payload()).isEqualTo("a-6");
        expectRecovered(6);
    }

    @Test
    void persistenceIdsMayHaveAnyCharacters() {
        pid = "../\u0000 | ünïcode/" + "long".repeat(1000);
        write(List.of(AtomicWrite.apply(event(1, "a-1")))).expectMsg(JournalProtocol.WriteMessagesSuccessful$.MODULE$);
        replay(0, ALL, ALL);
        expectReplayed(1, 1, 1);
    }
}
