package io.troupe.paxos.synod;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.Ballot;
import io.troupe.wire.RegisteredMessages;
import io.troupe.wire.Wire;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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
class SynodWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final Ballot BALLOT = new Ballot(7, "n2");
    private static final ByteString BYTES = ByteString.fromString("put");

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    static List<Wire> everyMessage() {
        ActorRef<Proposer.Command> proposer =
                KIT.createTestProbe(Proposer.Command.class).getRef();
        return List.of(
                new Acceptor.Prepare(BALLOT, proposer),
                new Proposer.Promise(BALLOT, "a1", Optional.of(new Proposal(BALLOT, BYTES))),
                new Acceptor.Accept(BALLOT, BYTES, proposer),
                new Learner.Accepted(BALLOT, BYTES, "a1"),
                new Proposer.Rejected(BALLOT, BALLOT),
                new Learner.Chosen(BYTES),
                new Learner.Learn(KIT.createTestProbe(Learner.Chosen.class).getRef()),
                new Acceptor.Promised(BALLOT),
                new Acceptor.Accepted(BALLOT, BYTES),
                new BallotBook.Taken(BALLOT));
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackEqual(Wire message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void everyRegisteredMessageIsTriedHere() {
        assertThat(everyMessage().stream().<Class<?>>map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(RegisteredMessages.of("actors/paxos/synod"));
    }

    /** If one of these fails, journals written before can no longer be read: a changed shape takes a new id. */
    @Test
    void theBytesOfPersistedEventsAreThoseOfVersionOne() {
        assertThat(List.of(
                        bytes(new Acceptor.Promised(BALLOT)),
                        bytes(new Acceptor.Accepted(BALLOT, BYTES)),
                        bytes(new BallotBook.Taken(BALLOT))))
                .containsExactly("1330.1 016eb20e", "1331.1 016eb20e0d03707574", "1332.1 016eb20e");
    }

    private static String bytes(Object event) {
        String manifest = Serializers.manifestFor(SERIALIZATION.findSerializerFor(event), event);
        return manifest + " "
                + HexFormat.of().formatHex(SERIALIZATION.serialize(event).get());
    }
}
