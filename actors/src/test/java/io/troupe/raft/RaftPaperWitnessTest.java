package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.Forwarded;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Witnesses, rule by rule: to be read beside Pâris, <em>Voting with Witnesses</em> (ICDCS 1986), whose witnesses keep the
 * version numbers of a replicated file, as these keep index and term, and Lamport and Massa, <em>Cheap Paxos</em> (DSN 2004),
 * whose auxiliaries work only while another is lost.
 */
class RaftPaperWitnessTest {

    private PaperServer server = PaperServer.ofThreeWithWitnesses("", "n3");

    @AfterEach
    void close() {
        server.close();
    }

    private void use(PaperServer other) {
        server.close();
        server = other;
    }

    private void isWitness() {
        use(PaperServer.ofThreeWithWitnesses("", "n1"));
    }

    /** Leads, and n2 keeps pace. */
    private void leads() {
        server.becomeLeader();
        server.accept("n2", 1);
        server.accept("n3", 1);
        server.accept("n2", 1);
    }

    private static List<Entry.Payload> payloads(AppendEntries sent) {
        List<Entry.Payload> payloads = new ArrayList<>();
        sent.entries().forEach((entry, index) -> payloads.add(entry.payload()));
        return payloads;
    }

    private AppendEntries entryAt(String node, long index) {
        return server.await(
                node,
                AppendEntries.class,
                append -> append.entries().lastIndex() == index
                        && !append.entries().isEmpty());
    }

    // -- what the leader sends it

    @Test
    @DisplayName("Pâris §2 A witness gets index and term of each entry, and no command")
    void itGetsNoCommand() {
        leads();
        server.propose("c");
        assertThat(payloads(entryAt("n2", 2))).hasOnlyElementsOfType(Entry.Command.class);
        server.accept("n2", 2);
        AppendEntries sent = entryAt("n3", 2);
        assertThat(payloads(sent)).containsOnly(new Entry.Elided());
        assertThat(sent.entries().get(2).term()).isEqualTo(server.status().term());
    }

    @Test
    @DisplayName("Cheap Paxos: a witness comes last, and has nothing that a voter with the state lacks and keeps pace")
    void itComesLast() {
        leads();
        server.propose("c");
        entryAt("n2", 2);
        server.heartbeatIntervalPasses();
        assertThat(server.latest("n3").entries().lastIndex()).isEqualTo(1);
        server.accept("n2", 2);
        entryAt("n3", 2);
    }

    @Test
    @DisplayName("Cheap Paxos: it decides when too few others are left")
    void itDecidesWhenOthersAreSilent() {
        leads();
        TestProbe<Replica.Reply> client = server.propose("c");
        for (int i = 0; i <= server.settings.electionTicks() / server.settings.ticksPerHeartbeat(); i++) {
            server.accept("n3", 1); // n2 is silent, and keeps pace no more.
        }
        AppendEntries sent = entryAt("n3", 2);
        sent.replyTo().tell(new RaftMessage.AppendAccepted(sent.term(), "n3", 2, sent.round()));
        client.expectMessageClass(Replica.Applied.class);
    }

    @Test
    @DisplayName(
            "Pâris §2: it knows of nothing that nobody with a state has durably: it would vote for nobody any more")
    void itWaitsForTheLeadersDisk() {
        use(PaperServer.ofThreeWithWitnesses("", "n2", "n3"));
        server.becomeLeader();
        server.accept("n2", 1);
        server.sentTo("n2");
        Runnable release = server.holdWrites();
        server.propose("c");
        server.heartbeatIntervalPasses();
        assertThat(server.latest("n2").entries().lastIndex()).isEqualTo(1);
        release.run();
        entryAt("n2", 2);
    }

    @Test
    @DisplayName("§7 A witness that needs what is compacted gets a snapshot without a byte")
    void itsSnapshotIsEmpty() {
        use(PaperServer.ofThreeWithWitnesses(
                "troupe.raft.snapshot-entries = 5\ntroupe.raft.retained-entries = 0", "n3"));
        server.becomeLeader();
        for (int i = 0; i < 6; i++) {
            server.propose("c" + i);
        }
        server.accept("n2", 7);
        Awaitility.await().until(() -> server.status().snapshotIndex() >= 5);
        server.accept("n2", 7);
        InstallSnapshot sent = server.await("n3", InstallSnapshot.class);
        assertThat(sent.length()).isZero();
        assertThat(sent.snapshot().configuration().witnesses()).containsExactly("n3");
        sent.replyTo().tell(new ChunkReply(sent.term(), "n3", sent.snapshot().index(), 0, true));
    }

    @Test
    @DisplayName("§3.10 Leadership does not go to a witness")
    void leadershipDoesNotGoToIt() {
        leads();
        TestProbe<Replica.Reply> client = server.client();
        server.tell(new Replica.TransferLeadership(Optional.of("n3"), client.getRef()));
        var refused = client.expectMessageClass(Replica.Rejected.class);
        assertThat(refused.reason()).isEqualTo(Replica.Reason.UNSUPPORTED);
        assertThat(refused.detail()).contains("[n2]");
    }

    // -- what it does

    @Test
    @DisplayName("Pâris §2 A witness never stands for election, also when told to")
    void itDoesNotStand() {
        isWitness();
        server.append(1, LogPosition.ORIGIN, PaperServer.entries(1, 1).elided(), 1);
        server.tell(new TimeoutNow(1, "n2"));
        for (int i = 0; i < 3; i++) {
            server.electionTimeoutPasses();
        }
        assertThat(server.status().role()).isEqualTo(Replica.Role.WITNESS);
        server.peer("n2").expectNoMessage();
    }

    @Test
    @DisplayName("§5.4.1 It votes by index and term of its last entry, which survive a restart")
    void itVotesByWhatItHas() {
        isWitness();
        server.append(3, LogPosition.ORIGIN, PaperServer.entries(1, 2, 3).elided(), 1);
        server.restart();
        server.electionTimeoutPasses();
        assertThat(server.requestVote(4, "n2", new LogPosition(1, 2)).granted()).isFalse();
        assertThat(server.requestVote(5, "n2", new LogPosition(2, 3)).granted()).isTrue();
    }

    @Test
    @DisplayName("§5.3 It counts in a majority: it acknowledges what it has durably")
    void itAcknowledges() {
        isWitness();
        var reply = server.append(
                1, LogPosition.ORIGIN, PaperServer.entries(1, 1, 1).elided(), 2);
        assertThat(reply)
                .isInstanceOfSatisfying(RaftMessage.AppendAccepted.class, accepted -> assertThat(accepted.matchIndex())
                        .isEqualTo(2));
        Awaitility.await().until(() -> server.status().appliedIndex() == 2);
        assertThat(server.histories.of("n1")).isEmpty();
    }

    @Test
    @DisplayName("§7 It takes an empty snapshot, and goes on after it")
    void itTakesAnEmptySnapshot() {
        isWitness();
        TestProbe<ChunkReply> sender = server.kit.createTestProbe(ChunkReply.class);
        var snapshot =
                new SnapshotMetadata(new LogPosition(9, 1), Configuration.of(List.of("n1", "n2", "n3"), List.of("n1")));
        server.tell(new InstallSnapshot(1, "n2", snapshot, 0, 0, 0, ByteString.emptyByteString(), sender.getRef()));
        assertThat(sender.receiveMessage().installed()).isTrue();
        var reply = server.append(
                1, new LogPosition(9, 1), PaperServer.entries(10, 1).elided(), 10);
        assertThat(reply).isInstanceOf(RaftMessage.AppendAccepted.class);
        server.restart();
        assertThat(server.members().members().witnesses()).containsExactly("n1");
    }

    @Test
    void whatItsClientsReadItsLeaderReads() {
        isWitness();
        server.heartbeat(1);
        TestProbe<Replica.Reply> client = server.client();
        var query = new Replica.Query(ByteString.emptyByteString(), ReadConsistency.LINEARIZABLE, client.getRef());
        server.tell(query);
        assertThat(server.await("n2", Forwarded.class).request()).isEqualTo(query);
        server.tell(new Replica.Query(ByteString.emptyByteString(), ReadConsistency.STALE, client.getRef()));
        assertThat(client.expectMessageClass(Replica.Rejected.class).detail()).contains("witness", "no state");
    }

    @Test
    void aLeaderReadsForAWitness() {
        leads();
        TestProbe<Replica.Reply> client = server.client();
        server.tell(new Forwarded(
                new Replica.Query(ByteString.emptyByteString(), ReadConsistency.LINEARIZABLE, client.getRef())));
        AppendEntries round = server.latest("n2");
        round.replyTo().tell(new RaftMessage.AppendAccepted(round.term(), "n2", 1, round.round()));
        client.expectMessageClass(Replica.Answered.class);
    }

    // -- membership

    @Test
    @DisplayName("§4.1 A witness is added by one entry, which needs a majority of the new voters")
    void itIsAdded() {
        use(PaperServer.ofThree());
        server.becomeLeader();
        server.accept("n2", 1);
        server.reconfigure(MemberChange.addWitness("n4"));
        server.joins("n4");
        var members = server.members().members();
        assertThat(members.voters()).containsExactly("n1", "n2", "n3", "n4");
        assertThat(members.witnesses()).containsExactly("n4");
        server.accept("n2", 2);
        assertThat(server.status().commitIndex()).isEqualTo(1); // Two of four.
        AppendEntries first = entryAt("n4", 1);
        first.replyTo().tell(new RaftMessage.AppendAccepted(first.term(), "n4", 1, first.round()));
        assertThat(payloads(entryAt("n4", 2))).hasOnlyElementsOfType(Entry.Reconfigure.class);
    }

    @Test
    @DisplayName("Pâris §2 At least one voter keeps the state")
    void oneVoterKeepsTheState() {
        leads();
        TestProbe<Replica.Reply> client = server.reconfigure(MemberChange.remove("n1"), MemberChange.remove("n2"));
        var refused = client.expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(refused.refusal()).isEqualTo(Replica.Refusal.NO_VOTER_LEFT);
        assertThat(refused.detail()).contains("no witness", "[n3]");
    }

    @Test
    void whatAWitnessKeptIsNoStateForAReplicaThatIsToHaveOne() {
        use(PaperServer.ofThree());
        LoggingTestKit.error("What was ordered at index 1 is not known here").expect(server.kit.system(), () -> {
            isSent(PaperServer.entries(1, 1).elided(), 1);
            return null;
        });
    }

    /** Not waiting for an answer, which may not come. */
    private void isSent(LogSlice entries, long leaderCommit) {
        TestProbe<RaftMessage.AppendReply> replies = server.kit.createTestProbe(RaftMessage.AppendReply.class);
        server.tell(new AppendEntries(1, "n2", LogPosition.ORIGIN, entries, leaderCommit, 0, replies.getRef()));
    }

    @Test
    void aNodeThatIsHostedAsSomethingElseThanItIsStopsAndSaysSo() {
        use(PaperServer.ofThree());
        var entry = PaperServer.reconfigured(1, Configuration.of(List.of("n1", "n2", "n3"), List.of("n1")));
        LoggingTestKit.error("Group g has n1 as a witness, but it is hosted there as a replica with a state")
                .expect(server.kit.system(), () -> {
                    isSent(LogSlice.of(1, List.of(entry)), 0);
                    return null;
                });
    }
}
