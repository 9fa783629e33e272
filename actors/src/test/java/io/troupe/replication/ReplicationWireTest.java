package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.ordering.NumberingReplica;
import io.troupe.replication.ordering.ProposingClient;
import io.troupe.replication.ordering.StampedClient;
import io.troupe.replication.ordering.StampedReplica;
import io.troupe.replication.ordering.Uid;
import io.troupe.replication.voting.OutputPort;
import io.troupe.replication.voting.OutputVoter;
import io.troupe.wire.RegisteredMessages;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What replicas, devices and clients say to each other comes back equal. */
class ReplicationWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static <T> ActorRef<T> somebody() {
        return KIT.<T>createTestProbe().getRef();
    }

    static List<Wire> everyMessage() {
        ByteString bytes = ByteString.fromString("b");
        var request = new NumberingReplica.Request("c1", 2, bytes);
        return List.of(
                new OutputVoter.Output("n1", 1, 2, bytes, bytes, somebody()),
                new OutputPort.Released(3, bytes),
                new StampedReplica.Deliver(new Uid(4, "c1"), Optional.of(bytes), true, somebody()),
                new StampedReplica.ClientFailed("c1"),
                new StampedClient.Executed(new Uid(4, "c1")),
                new StampedClient.Heard(5, bytes),
                new NumberingReplica.See(request, somebody()),
                new NumberingReplica.Accept(request, new Uid(6, "r1")),
                new NumberingReplica.ClientFailed("c1"),
                new ProposingClient.Candidate("r1", 2, new Uid(6, "r1")),
                new ProposingClient.ReplicaFailed("r1"),
                new ProposingClient.Heard(bytes),
                new SnapshotReader.FetchChunk(7, 2, 1024, somebody()),
                new SnapshotFetcher.Chunk(7, 2, 1024, bytes));
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackEqual(Wire message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void everyRegisteredMessageIsTriedHere() {
        assertThat(everyMessage().stream().<Class<?>>map(Object::getClass).toList())
                .containsAll(RegisteredMessages.of("actors/replication"));
    }
}
