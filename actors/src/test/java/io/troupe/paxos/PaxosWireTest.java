package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Answers;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader;
import io.troupe.wire.RegisteredMessages;
import io.troupe.wire.Wire;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What crosses nodes comes back equal; what is persisted keeps its bytes for ever. */
class PaxosWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final Ballot BALLOT = new Ballot(7, "n2");
    private static final ByteString BYTES = ByteString.fromString("put");
    private static final Membership MEMBERSHIP =
            Membership.founding(Set.of("n1", "n2"), 2, 1024).with("n3", 99).withLearner("n4");
    private static final SnapshotMetadata SNAPSHOT =
            new SnapshotMetadata(41, new TreeMap<>(Map.of(0L, MEMBERSHIP, 1066L, MEMBERSHIP.without("n1"))));
    private static final Decrees DECREES = Decrees.of(
            42,
            List.of(
                    new Decree.NoOp(),
                    new Decree.OpenSession(),
                    new Decree.Command(43, 5, 4, BYTES),
                    new Decree.Reconfigure(MEMBERSHIP)));
    private static final Pledge PLEDGE = new Pledge(new Ballot(8, "n1"), 41, 99);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    static List<Wire> everyMessage() {
        ActorRef<PaxosMessage> peer = KIT.createTestProbe(PaxosMessage.class).getRef();
        Voter voter = new Voter("n3", 99);
        List<Wire> all = new ArrayList<>(List.of(
                new PaxosMessage.Prepare(BALLOT, 42, Ballot.NONE, peer),
                new PaxosMessage.Promise(
                        BALLOT, voter, 41, 42, 43, List.of(new Vote(42, BALLOT, new Decree.Command(1, 2, 3, BYTES)))),
                new PaxosMessage.Accept(BALLOT, DECREES, 41, 3, peer),
                new PaxosMessage.Accepted(BALLOT, voter, 42, 45, 3, 41),
                new PaxosMessage.Rejected(BALLOT, BALLOT, "n1"),
                new PaxosMessage.Fetch(3, peer),
                new PaxosMessage.Learned(DECREES, 45),
                new PaxosMessage.Offer(
                        SNAPSHOT,
                        100,
                        5,
                        KIT.createTestProbe(SnapshotReader.FetchChunk.class).getRef())));
        all.addAll(List.of(
                new PaxosMessage.Forwarded(
                        new Replica.OpenSession(
                                KIT.createTestProbe(Replica.Reply.class).getRef()),
                        BALLOT,
                        KIT.createTestProbe(Answers.Batch.class).getRef()),
                new PaxosMessage.ReadAt(1, true, peer),
                new PaxosMessage.ReadAtReply(1, -1),
                new PaxosMessage.TakeOver(BALLOT),
                new PaxosMessage.Readmit(voter),
                new LedgerEvent.Written(PLEDGE, List.of(new Votes(BALLOT, DECREES))),
                new LedgerEvent.Rebased(PLEDGE, SNAPSHOT)));
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
                .containsExactlyInAnyOrderElementsOf(RegisteredMessages.of("actors/paxos"));
    }

    private static String hex(Object event) {
        return HexFormat.of().formatHex(SERIALIZATION.serialize(event).get());
    }

    private static String manifest(Object event) {
        return Serializers.manifestFor(SERIALIZATION.findSerializerFor(event), event);
    }

    /** If one of these fails, journals written before can no longer be read: a changed shape takes a new id. */
    @Test
    void theBytesOfPersistedEventsAreThoseOfVersionOne() {
        assertThat(List.of(
                        bytes(new LedgerEvent.Written(PLEDGE, List.of(new Votes(BALLOT, DECREES)))),
                        bytes(new LedgerEvent.Rebased(PLEDGE, SNAPSHOT))))
                .containsExactly(
                        "1390.1 0152016eb110c6011001c50a016eb20e011004be0abf0ac00a080d037075740a56c10a011a03036eb1"
                                + "0900036eb20900036eb309c6011901036eb404801054",
                        "1391.1 0152016eb110c60101521a020900c30a1a03036eb10900036eb20900036eb309c6011901036eb40480100"
                                + "9d410c30a1a02036eb20900036eb309c6011901036eb4048010");
    }

    private static String bytes(Object event) {
        return manifest(event) + " " + hex(event);
    }
}
