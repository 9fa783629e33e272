package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reads under a lease, rule by rule: to be read beside the thesis, §6.4.1, and §4.2.3 on which it rests. */
class RaftPaperLeaseTest {

    private final PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    /** Leads, has committed its no-op, and no lease is left: n2's answer is older than the pause since. */
    private long leads() {
        long term = server.becomeLeader();
        server.accept("n2", 1);
        server.isStoppedFor(Duration.ofSeconds(10));
        return term;
    }

    /** A round begins; what {@code node} is sent in it. */
    private AppendEntries round(String node) {
        server.heartbeatIntervalPasses();
        return server.latest(node);
    }

    private void renewedBy(String node) {
        server.answer(node, round(node), 1);
    }

    private TestProbe<Replica.Reply> reads() {
        return server.read(ReadConsistency.LEASE);
    }

    private void answersByItself() {
        reads().expectMessageClass(Replica.Answered.class);
    }

    private void mustAsk() {
        reads().expectNoMessage();
    }

    /** The lease lasts (20 - 1) ticks / 1.1, which is more than 17 ticks and less than 18. */
    private static final int TICKS_WITHIN = 17;

    // -- the lease

    @Test
    @DisplayName("§6.4.1 A leader that a quorum has answered reads without asking it again, until the lease is over")
    void aLeaseIsOfUse() {
        leads();
        mustAsk();
        renewedBy("n2");
        answersByItself();
        server.ticksPass(TICKS_WITHIN);
        answersByItself();
        server.ticksPass(1);
        mustAsk();
    }

    @Test
    @DisplayName("§6.4.1 It is renewed by every round that a quorum answers")
    void itIsRenewed() {
        leads();
        for (int i = 0; i < 15; i++) {
            renewedBy("n3");
            answersByItself();
        }
    }

    @Test
    @DisplayName("§6.4.1 It begins when the round was sent, not when it was answered")
    void itBeginsWithTheSending() {
        leads();
        AppendEntries sent = round("n2");
        server.ticksPass(TICKS_WITHIN);
        server.answer("n2", sent, 1);
        answersByItself();
        server.ticksPass(1);
        mustAsk();
    }

    @Test
    @DisplayName("§6.4.1 A leader that was stopped for a while, as by SIGSTOP, finds it over, and asks")
    void aPausedLeaderAsks() {
        leads();
        renewedBy("n2");
        server.isStoppedFor(Duration.ofSeconds(1));
        TestProbe<Replica.Reply> client = reads();
        client.expectNoMessage();
        renewedBy("n2");
        client.expectMessageClass(Replica.Answered.class);
    }

    @Test
    @DisplayName("§6.4, §8 Nor is it of use before the leader has committed an entry of its term")
    void notBeforeTheFirstCommit() {
        server.becomeLeader();
        AppendEntries sent = round("n2");
        server.reject(sent, "n2", LogPosition.ORIGIN); // Also an answer: it heard the leader.
        server.status();
        mustAsk();
    }

    @Test
    @DisplayName("§6.4.1 A read that does not trust clocks asks, whatever the lease")
    void linearizableReadsAsk() {
        leads();
        renewedBy("n2");
        server.read(ReadConsistency.LINEARIZABLE).expectNoMessage();
    }

    // -- what ends it

    @Test
    @DisplayName("§6.4.1, §3.10 No lease while leadership is handed over; it comes back when nobody was told to stand")
    void notDuringATransfer() {
        leads();
        renewedBy("n2");
        transferToN3();
        mustAsk();
        for (int i = 0; i < 10; i++) { // n3 has nothing, and the transfer is given up.
            renewedBy("n2");
        }
        answersByItself();
    }

    @Test
    @DisplayName(
            "§6.4.1, §3.10 No lease any more in a term in which somebody was told to stand: the word may come late")
    void neverAfterATransfer() {
        leads();
        renewedBy("n3");
        transferToN3();
        server.await("n3", TimeoutNow.class);
        for (int i = 0; i < 12; i++) {
            renewedBy("n2");
        }
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        mustAsk();
    }

    private void transferToN3() {
        TestProbe<Replica.Reply> nobody = server.client();
        server.tell(new Replica.TransferLeadership(Optional.of("n3"), nobody.getRef()));
        server.status();
    }

    @Test
    @DisplayName("§6.4.1, §4 It is of one configuration: after a change a new round is needed")
    void notOverAMembershipChange() {
        leads();
        renewedBy("n2");
        server.reconfigure(Replica.MemberChange.addLearner("n4"));
        mustAsk();
        renewedBy("n2");
        answersByItself();
    }

    // -- asked at a follower

    @Test
    @DisplayName("§6.4.1 A follower asks its leader for an index, and says that a lease will do")
    void aFollowerAsksItsLeader() {
        server.hasLog(1);
        reads();
        assertThat(server.await("n2", ReadIndex.class).lease()).isTrue();
    }

    @Test
    void aLeaderAnswersAFollowerWithinItsLease() {
        leads();
        renewedBy("n2");
        server.tell(new ReadIndex("n9", 5, true, server.stranger.getRef()));
        assertThat(server.stranger.receiveMessage())
                .isEqualTo(
                        ReadIndexReply.at(5, new LogPosition(1, server.status().term())));
        server.tell(new ReadIndex("n9", 6, false, server.stranger.getRef())); // A learner's question confirms nothing.
        server.stranger.expectNoMessage();
    }

    // -- what it rests on

    @Test
    @DisplayName("§6.4.1 Who has heard a leader votes for no other within the election timeout, also in a later term")
    void aVoterKeepsItsWordInALaterTerm() {
        server.hasLog(1);
        server.tell(new VoteReply(5, "n3", false)); // An answer of long ago: term 5 begins, its leader is not known.
        assertThat(server.status().term()).isEqualTo(5);
        assertThat(server.requestVote(5, "n3", new LogPosition(9, 4)).granted()).isFalse();
        server.ticksPass(server.settings.electionTicks());
        assertThat(server.requestVote(5, "n3", new LogPosition(9, 4)).granted()).isTrue();
    }

    @Test
    @DisplayName("§6.4.1 Nor does a restart free it: it may have heard a leader just before")
    void aVoterKeepsItsWordOverARestart() {
        server.hasLog(1);
        server.restart();
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isFalse();
        server.tell(new RequestVote(2, "n3", new LogPosition(9, 1), false, server.stranger.getRef()));
        server.stranger.expectNoMessage();
        server.ticksPass(server.settings.electionTicks());
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isTrue();
    }

    @Test
    @DisplayName("§6.4.1 What time the node took to start counts: it cannot have heard a leader then")
    void theStartOfANodeCounts() {
        server.hasLog(1);
        server.restartTaking(server.settings.electionTicks() - 3);
        server.ticksPass(2);
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isFalse();
        server.ticksPass(1);
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isTrue();

        server.restartTaking(10 * server.settings.electionTicks());
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isTrue();
    }

    @Test
    @DisplayName("§3.10 Only when the leader itself asked for the election it need not wait")
    void aTransferFreesTheVoter() {
        server.hasLog(1);
        server.tell(new RequestVote(2, "n3", new LogPosition(9, 1), true, server.stranger.getRef()));
        assertThat(server.stranger.receiveMessage()).isEqualTo(new VoteReply(2, "n1", true));
    }
}
