package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.replication.Answers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
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
import org.apache.pekko.serialization.Serializers;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What crosses nodes comes back equal; what is persisted keeps its bytes for ever. */
class RaftWireTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final Serialization SERIALIZATION = SerializationExtension.get(Adapter.toClassic(KIT.system()));

    private static final HardState HARD_STATE = new HardState(7, Optional.of("n2"));
    private static final Configuration CONFIGURATION = new Configuration(
            new TreeSet<>(List.of("n1", "n2", "n3")), new TreeSet<>(List.of("n1", "n4")), new TreeSet<>(List.of("n9")));
    private static final SnapshotMetadata SNAPSHOT = new SnapshotMetadata(new LogPosition(41, 6), CONFIGURATION);
    private static final LogSlice ENTRIES = LogSlice.of(
            42,
            List.of(
                    new Entry(6, new Entry.NoOp()),
                    new Entry(6, new Entry.OpenSession()),
                    new Entry(7, new Entry.Command(43, 5, 4, ByteString.fromString("put"))),
                    new Entry(7, new Entry.Reconfigure(CONFIGURATION))));
    private static final Configuration WITH_WITNESSES = Configuration.of(List.of("n1", "n2", "n3"), List.of("n3"));
    private static final LogSlice ELIDED = LogSlice.of(
            49, List.of(new Entry(7, new Entry.Elided()), new Entry(8, new Entry.Reconfigure(WITH_WITNESSES))));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    static List<Wire> everyMessage() {
        ActorRef<Replica.Reply> client =
                KIT.createTestProbe(Replica.Reply.class).getRef();
        ActorRef<RaftMessage> peer = KIT.createTestProbe(RaftMessage.class).getRef();
        ByteString bytes = ByteString.fromString("bytes");
        LogPosition last = new LogPosition(3, 2);
        List<Wire> all = new ArrayList<>(List.of(
                new Replica.OpenSession(client),
                new Replica.OpenShared(client),
                new Replica.Propose(1, 2, 1, bytes, client),
                new Replica.Query(3, bytes, ReadConsistency.LINEARIZABLE, client),
                new Replica.Observe(KIT.createTestProbe(Replica.Status.class).getRef()),
                new Replica.TransferLeadership(Optional.of("n2"), true, client),
                new Replica.SessionOpened(4),
                new Replica.Applied(1, 2, 3, bytes),
                new Replica.Answered(1, 2, bytes),
                new Replica.LeadershipTransferred("n2"),
                new Replica.Rejected(1, 2, Replica.Reason.OVERLOADED, "full"),
                new Replica.Reconfigure(
                        List.of(Replica.MemberChange.addLearner("n4"), Replica.MemberChange.remove("n1")), client),
                new Replica.ListMembers(client)));
        all.addAll(List.of(
                new Replica.Reconfigured(new Replica.Members(CONFIGURATION.voters(), CONFIGURATION.learners())),
                new Replica.ReconfigureRefused(Replica.Refusal.NOT_CAUGHT_UP, "behind"),
                new Replica.MembersListed(new Replica.Members(CONFIGURATION.voters(), CONFIGURATION.learners()), true),
                new Replica.Status("g", "n1", Replica.Role.LEADER, Optional.of("n1"), 1, 2, 3, 4)));
        all.addAll(List.of(
                new RaftMessage.RequestVote(1, "n1", last, true, peer),
                new RaftMessage.VoteReply(1, "n1", true),
                new RaftMessage.PreVote(1, "n1", last, peer),
                new RaftMessage.PreVoteReply(1, "n1", true),
                new RaftMessage.AppendEntries(
                        7,
                        "n1",
                        new LogPosition(41, 6),
                        ENTRIES,
                        40,
                        9,
                        KIT.createTestProbe(RaftMessage.AppendReply.class).getRef()),
                new RaftMessage.AppendAccepted(1, "n1", 2, 3),
                new RaftMessage.AppendRejected(1, "n1", 2, last, 3),
                new RaftMessage.InstallSnapshot(
                        1,
                        "n1",
                        SNAPSHOT,
                        100,
                        5,
                        0,
                        bytes,
                        KIT.createTestProbe(RaftMessage.ChunkReply.class).getRef()),
                new RaftMessage.ChunkReply(1, "n1", 2, 3, true)));
        all.addAll(List.of(
                new RaftMessage.TimeoutNow(1, "n1"),
                new RaftMessage.Forwarded(new Replica.OpenSession(client)),
                new RaftMessage.ForwardedProposals(
                        7,
                        KIT.createTestProbe(Answers.Batch.class).getRef(),
                        client,
                        List.of(new RaftMessage.ForwardedProposals.Proposal(1, 2, 2, bytes))),
                new Answers.Batch(client, List.of(new Replica.Applied(1, 2, 3, bytes))),
                new RaftMessage.CommitAdvanced(7, "n1", last),
                new RaftMessage.ReadIndex("n1", 1, true, peer),
                RaftMessage.ReadIndexReply.at(1, last),
                new PeerDirectory.Locate(
                        "g", KIT.createTestProbe(PeerDirectory.Command.class).getRef()),
                new PeerDirectory.Located("n1", "g", peer.unsafeUpcast()),
                new LogEvent.Written(HARD_STATE, ENTRIES),
                new LogEvent.Rebased(HARD_STATE, SNAPSHOT, true)));
        return all;
    }

    @ParameterizedTest
    @MethodSource("everyMessage")
    void comesBackEqual(Wire message) {
        KIT.serializationTestKit().verifySerialization(message, true);
    }

    @Test
    void whatAWitnessKeepsComesBackEqual() {
        KIT.serializationTestKit().verifySerialization(new LogEvent.Written(HARD_STATE, ELIDED), true);
        var snapshot = new SnapshotMetadata(new LogPosition(41, 6), WITH_WITNESSES);
        KIT.serializationTestKit().verifySerialization(new LogEvent.Rebased(HARD_STATE, snapshot, true), true);
    }

    @Test
    void everyRegisteredMessageIsTriedHere() {
        assertThat(everyMessage().stream().<Class<?>>map(Object::getClass).toList())
                .containsExactlyInAnyOrderElementsOf(RegisteredMessages.of("actors"));
    }

    private static String hex(Object event) {
        return HexFormat.of().formatHex(SERIALIZATION.serialize(event).get());
    }

    private static String manifest(Object event) {
        return Serializers.manifestFor(SERIALIZATION.findSerializerFor(event), event);
    }

    private static Object read(String hex, Object like) {
        int serializer = SERIALIZATION.findSerializerFor(like).identifier();
        return SERIALIZATION
                .deserialize(HexFormat.of().parseHex(hex), serializer, manifest(like))
                .get();
    }

    private static final String WRITTEN =
            "012a040106020603072b05040370757404071901036eb91902036eb1036eb41903036eb1036eb203" + "6eb3010e01036eb2";
    private static final String WITH_WITNESS_WRITTEN =
            "01310205070408001901036eb3190019001903036eb1036eb2036eb3010e01036eb2";
    private static final String REBASED = "010e01036eb20101011901036eb91902036eb1036eb41903036eb1036eb2036eb301520c";

    /** If this fails, journals written before can no longer be read: a changed shape takes a new id. */
    @Test
    void theBytesOfWrittenAreThoseOfVersionOne() {
        var event = new LogEvent.Written(HARD_STATE, ENTRIES);
        assertThat(manifest(event)).isEqualTo("1200.1");
        assertThat(hex(event)).isEqualTo(WRITTEN);
        assertThat(read(WRITTEN, event)).isEqualTo(event);
    }

    @Test
    void theBytesOfRebasedAreThoseOfVersionOne() {
        var event = new LogEvent.Rebased(HARD_STATE, SNAPSHOT, true);
        assertThat(manifest(event)).isEqualTo("1201.1");
        assertThat(hex(event)).isEqualTo(REBASED);
        assertThat(read(REBASED, event)).isEqualTo(event);
    }

    /** A configuration of before there were any is one without: its bytes above are as they always were. */
    @Test
    void theBytesWithWitnessesStayToo() {
        var event = new LogEvent.Written(HARD_STATE, ELIDED);
        assertThat(manifest(event)).isEqualTo("1200.1");
        assertThat(hex(event)).isEqualTo(WITH_WITNESS_WRITTEN);
        assertThat(read(WITH_WITNESS_WRITTEN, event)).isEqualTo(event);
    }
}
