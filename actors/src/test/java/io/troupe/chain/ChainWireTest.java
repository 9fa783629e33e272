package io.troupe.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Answers;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader;
import io.troupe.wire.RegisteredMessages;
import io.troupe.wire.Wire;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What crosses nodes comes back equal; what is persisted keeps its bytes for ever. */
class ChainWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final ByteString BYTES = ByteString.fromString("put");
    private static final Configuration CONFIGURATION = new Configuration(7, List.of("n2", "n1"), Optional.of("n3"));
    private static final Configuration OF_OTHERS = new Configuration(
            7,
            List.of("n2", "n1"),
            Optional.of("n3"),
            Optional.of(new Replica.Members(new TreeSet<>(List.of("n1", "n2")), new TreeSet<>(List.of("n3")))));
    private static final Position SNAPSHOT = new Position(41, 6);
    private static final Updates UPDATES = Updates.of(
            42, List.of(new Update(6, new Update.OpenSession()), new Update(7, new Update.Command(43, 5, 4, BYTES))));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    static List<Wire> everyMessage() {
        ActorRef<Answers.Batch> via = KIT.createTestProbe(Answers.Batch.class).getRef();
        ActorRef<Replica.Reply> client =
                KIT.createTestProbe(Replica.Reply.class).getRef();
        var waiting = new ChainMessage.Clients(via, client, 42, 43);
        List<Wire> all = new ArrayList<>(List.of(
                new ChainMessage.Heartbeat(CONFIGURATION, 6, "n1", 43, 42),
                new ChainMessage.Connect(7, "n1", -5, 41, List.of(SNAPSHOT)),
                new ChainMessage.Resume(7, -5, 41, 43),
                new ChainMessage.Forward(7, UPDATES, List.of(waiting), 42, 41, true),
                waiting,
                new ChainMessage.Stable(7, 42),
                new ChainMessage.Ack(7, "n1", 43, 42),
                new ChainMessage.Confirm(7, "n1", 3),
                new ChainMessage.Confirmed(7, "n2", 3, 41),
                new ChainMessage.Submit(via, List.of(new Replica.OpenSession(client)))));
        all.addAll(List.of(
                new ChainMessage.Offer(
                        7,
                        SNAPSHOT,
                        100,
                        5,
                        KIT.createTestProbe(SnapshotReader.FetchChunk.class).getRef()),
                new ChainMessage.Petition(BYTES),
                new LogEvent.Logged(UPDATES, 41),
                new LogEvent.Entered(CONFIGURATION, 42, 41),
                new LogEvent.Rebased(CONFIGURATION, SNAPSHOT, true)));
        return all;
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackEqual(Wire message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void everyRegisteredMessageIsTriedHere() {
        assertThat(everyMessage().stream().<Class<?>>map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(RegisteredMessages.of("actors/chain"));
    }

    @Test
    void membersComeBackEqual() {
        KIT.serializationTestKit().verifySerialization(new ChainMessage.Heartbeat(OF_OTHERS, 6, "n1", 43, 42), true);
        KIT.serializationTestKit().verifySerialization(new LogEvent.Entered(OF_OTHERS, 42, 41), true);
    }

    private static String bytes(Object event) {
        String manifest = Serializers.manifestFor(SERIALIZATION.findSerializerFor(event), event);
        return manifest + " "
                + HexFormat.of().formatHex(SERIALIZATION.serialize(event).get());
    }

    @Test
    void updatesThatCameFromAnotherServerGoOnInTheSameBytes() throws Exception {
        var sent = new ChainMessage.Forward(7, UPDATES, List.of(), 42, 41, true);
        var serializer = (SerializerWithStringManifest) SERIALIZATION.findSerializerFor(sent);
        byte[] bytes = serializer.toBinary(sent);
        var received = (ChainMessage.Forward) serializer.fromBinary(bytes, serializer.manifest(sent));
        assertThat(received.updates().encoded()).isPresent();
        assertThat(serializer.toBinary(received)).isEqualTo(bytes);
        assertThat(received.updates().above(42).encoded()).isEmpty();
        assertThat(bytes(new LogEvent.Logged(received.updates(), 41)))
                .isEqualTo(bytes(new LogEvent.Logged(UPDATES, 41)));
    }

    /** If one of these fails, journals written before can no longer be read: a changed shape takes a new id. */
    @Test
    void theBytesOfPersistedEventsAreThoseOfVersionOne() {
        assertThat(List.of(
                        bytes(new LogEvent.Logged(UPDATES, 41)),
                        bytes(new LogEvent.Entered(CONFIGURATION, 42, 41)),
                        bytes(new LogEvent.Rebased(CONFIGURATION, SNAPSHOT, true)),
                        bytes(new LogEvent.Entered(OF_OTHERS, 42, 41))))
                .containsExactly(
                        "1790.1 52012a02010602072b050403707574",
                        "1791.1 011002036eb2036eb10e01036eb35452",
                        "1792.1 011002036eb2036eb10e01036eb301010c52",
                        "1791.1 01001901036eb31902036eb1036eb219001002036eb2036eb10e01036eb35452");
    }
}
