package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Linearizable reads, rule by rule: to be read beside §8 and thesis §6.4. */
class RaftPaperReadsTest {

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private static LogPosition at(long index, long term) {
        return new LogPosition(index, term);
    }

    private TestProbe<Replica.Reply> read() {
        return server.read(ReadConsistency.LINEARIZABLE);
    }

    @Test
    @DisplayName("§8 A read waits until the leader has committed an entry of its term")
    void readWaitsForACommitOfTheTerm() {
        server.becomeLeader();
        TestProbe<Replica.Reply> client = read();
        client.expectNoMessage();
        server.accept("n2", 1);
        AppendEntries round = server.latest("n2");
        round.replyTo().tell(new AppendAccepted(round.term(), "n2", 1, round.round()));
        assertThat(client.expectMessageClass(Replica.Answered.class).appliedIndex())
                .isEqualTo(1);
    }

    @Test
    @DisplayName(
            "§6.4 In a group of three a follower's question confirms the leader that it asks, once that has committed")
    void whoAsksConfirmsTheLeader() {
        long term = server.becomeLeader();
        asksForAReadIndex("n3", 1);
        server.stranger.expectNoMessage();
        server.accept("n2", 1);
        AppendEntries round = server.latest("n2");
        round.replyTo().tell(new AppendAccepted(round.term(), "n2", 1, round.round()));
        assertThat(server.stranger.receiveMessage()).isEqualTo(ReadIndexReply.at(1, at(1, term)));
        asksForAReadIndex("n3", 2);
        assertThat(server.stranger.receiveMessage()).isEqualTo(ReadIndexReply.at(2, at(1, term)));
        asksForAReadIndex("n9", 3); // Who has no vote confirms nothing.
        server.stranger.expectNoMessage();
    }

    @Test
    @DisplayName("§6.4 The index to read at tells a follower what is committed, where its log has that very entry")
    void theIndexToReadAtTellsWhatIsCommitted() {
        server.hasLog(1, 1, 2);
        server.tell(ReadIndexReply.at(1, at(3, 1)));
        assertThat(server.status().commitIndex()).as("another entry").isZero();
        server.tell(ReadIndexReply.at(2, at(2, 1)));
        assertThat(server.status().commitIndex()).isEqualTo(2);
        server.tell(ReadIndexReply.refusal(3));
        assertThat(server.status().commitIndex()).isEqualTo(2);
    }

    @Test
    @DisplayName("§6.4 In a group of five it does not: the leader asks the others")
    void whoAsksIsNotEnoughOfFive() {
        try (PaperServer ofFive = PaperServer.ofFive()) {
            long term = ofFive.becomeLeader();
            ofFive.accept("n2", 1);
            ofFive.accept("n3", 1);
            ofFive.tell(new ReadIndex("n4", 1, false, ofFive.stranger.getRef()));
            ofFive.stranger.expectNoMessage();
            ofFive.answer("n2", ofFive.latest("n2"), 1);
            ofFive.answer("n3", ofFive.latest("n3"), 1);
            assertThat(ofFive.stranger.receiveMessage()).isEqualTo(ReadIndexReply.at(1, at(1, term)));
        }
    }

    private void asksForAReadIndex(String node, long id) {
        server.tell(new ReadIndex(node, id, false, server.stranger.getRef()));
    }

    @Test
    @DisplayName("§8 A read is served only after a quorum answered a heartbeat that was sent after it came")
    void readNeedsAHeartbeatRound() {
        server.becomeLeader();
        server.accept("n2", 1);
        server.heartbeatIntervalPasses();
        AppendEntries before = server.latest("n2");
        TestProbe<Replica.Reply> client = read();
        before.replyTo().tell(new AppendAccepted(before.term(), "n2", 1, before.round()));
        client.expectNoMessage();
        AppendEntries after = server.latest("n2");
        assertThat(after.round()).isGreaterThan(before.round());
        after.replyTo().tell(new AppendAccepted(after.term(), "n2", 1, after.round()));
        client.expectMessageClass(Replica.Answered.class);
    }

    @Test
    @DisplayName("§8 A deposed leader serves no read")
    void deposedLeaderServesNoRead() {
        long term = server.becomeLeader();
        server.accept("n2", 1);
        TestProbe<Replica.Reply> client = read();
        server.heartbeat(term + 1);
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason()).isEqualTo(Replica.Reason.NO_LEADER);
    }
}
