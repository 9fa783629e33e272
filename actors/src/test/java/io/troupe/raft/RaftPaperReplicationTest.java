package io.troupe.raft;

import static io.troupe.raft.PaperServer.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.CommitAdvanced;
import io.troupe.raft.RaftMessage.ForwardedProposals;
import io.troupe.replication.Answers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Log replication and commitment, rule by rule: to be read beside §5.3, §5.4.2 and Figure 2, AppendEntries. */
class RaftPaperReplicationTest {

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private static LogPosition at(long index, long term) {
        return new LogPosition(index, term);
    }

    private void isAccepted(RaftMessage.AppendReply reply, long matchIndex) {
        assertThat(reply).isInstanceOfSatisfying(AppendAccepted.class, accepted -> assertThat(accepted.matchIndex())
                .isEqualTo(matchIndex));
    }

    // -- the follower

    @Test
    @DisplayName("§5.3 A follower rejects entries when its log has nothing at prevLogIndex")
    void rejectsAGap() {
        server.hasLog(1, 1);
        assertThat(server.append(1, at(3, 1), entries(4, 1), 0))
                .isInstanceOfSatisfying(AppendRejected.class, rejected -> assertThat(rejected.hint())
                        .isEqualTo(at(2, 1)));
    }

    @Test
    @DisplayName("§5.3 A follower rejects entries when the term at prevLogIndex differs, and skips the whole term")
    void rejectsAConflictAndSkipsItsTerm() {
        server.hasLog(1, 1, 3, 3, 3);
        assertThat(server.append(4, at(5, 2), entries(6, 4), 0))
                .isInstanceOfSatisfying(AppendRejected.class, rejected -> assertThat(rejected.hint())
                        .isEqualTo(at(2, 1)));
    }

    @Test
    @DisplayName("Figure 2, AppendEntries 3: a conflicting entry is deleted with all that follow it")
    void deletesFromTheConflictOn() {
        server.hasLog(1, 1, 1, 1);
        isAccepted(server.append(2, at(1, 1), entries(2, 2), 0), 2);
        assertThat(server.append(2, at(3, 1), LogSlice.empty(4), 0)).isInstanceOf(AppendRejected.class);
        isAccepted(server.append(2, at(2, 2), LogSlice.empty(3), 0), 2);
    }

    @Test
    @DisplayName("Figure 2, AppendEntries 3: a delayed message never truncates a newer suffix")
    void delayedMessageKeepsTheSuffix() {
        server.hasLog(1, 1, 1, 1);
        isAccepted(server.append(1, LogPosition.ORIGIN, entries(1, 1, 1), 0), 2);
        isAccepted(server.append(1, at(4, 1), LogSlice.empty(5), 0), 4);
    }

    @Test
    @DisplayName("Figure 2, AppendEntries 5: commitIndex is the minimum of leaderCommit and the last new entry")
    void commitsNoFurtherThanTheLastNewEntry() {
        server.hasLog(1, 1, 1);
        server.append(1, LogPosition.ORIGIN, entries(1, 1, 1), 9);
        assertThat(server.status().commitIndex()).isEqualTo(2);
        server.append(1, at(3, 1), LogSlice.empty(4), 1);
        assertThat(server.status().commitIndex()).as("never goes back").isEqualTo(2);
    }

    @Test
    @DisplayName("§5.3 A follower applies committed entries in log order")
    void followerApplies() {
        server.append(1, LogPosition.ORIGIN, entries(1, 1, 1, 1), 3);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("e1t1", "e2t1", "e3t1")::equals);
    }

    @Test
    @DisplayName("Figure 2: the log survives a restart; commitIndex is learnt anew")
    void logSurvivesRestart() {
        server.append(2, LogPosition.ORIGIN, entries(1, 1, 2, 2), 2);
        server.restart();
        assertThat(server.status().commitIndex()).isZero();
        isAccepted(server.append(2, at(3, 2), LogSlice.empty(4), 3), 3);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("e1t1", "e2t2", "e3t2")::equals);
    }

    @Test
    @DisplayName("Figure 2: entries that cannot be written are not acknowledged, and the server stops")
    void entriesAreDurableBeforeTheyAreAcknowledged() {
        server.heartbeat(1);
        TestProbe<RaftMessage.AppendReply> replies = server.kit.createTestProbe(RaftMessage.AppendReply.class);
        server.failNextWrite();
        server.tell(new AppendEntries(1, "n2", LogPosition.ORIGIN, entries(1, 1), 0, 0, replies.getRef()));
        server.awaitEnd();
        replies.expectNoMessage();
    }

    @Test
    @DisplayName("Figure 2: a heartbeat of a new term is answered when the term is durable")
    void theTermIsDurableBeforeAHeartbeatIsAnswered() {
        TestProbe<RaftMessage.AppendReply> replies = server.kit.createTestProbe(RaftMessage.AppendReply.class);
        Runnable release = server.holdWrites();
        server.tell(new AppendEntries(5, "n2", LogPosition.ORIGIN, LogSlice.empty(1), 0, 0, replies.getRef()));
        server.tell(new AppendEntries(5, "n2", at(7, 5), LogSlice.empty(8), 0, 0, replies.getRef()));
        server.tell(new AppendEntries(4, "n3", LogPosition.ORIGIN, LogSlice.empty(1), 0, 0, replies.getRef()));
        assertThat(server.status().term()).isEqualTo(5);
        replies.expectNoMessage();
        release.run();
        isAccepted(replies.receiveMessage(), 0);
        replies.expectMessageClass(AppendRejected.class);
        assertThat(replies.expectMessageClass(AppendRejected.class).term()).isEqualTo(5);
    }

    @Test
    void whatAReplicaLogsCarriesItsGroupAndTerm() {
        LoggingTestKit.info("n1 is FOLLOWER in term 7")
                .withLoggerName(RaftReplica.class.getName() + "$Running")
                .withMdc(Map.of("group", "g", "term", "7"))
                .expect(server.kit.system(), () -> server.heartbeat(7));
    }

    // -- the leader

    @Test
    @DisplayName("§8 A leader begins its term with a no-op")
    void noOpAtTheStartOfATerm() {
        server.hasLog(1, 1);
        long term = server.becomeCandidate().term();
        server.tell(new RaftMessage.VoteReply(term, "n2", true));
        AppendEntries first = server.await(
                "n2", AppendEntries.class, append -> !append.entries().isEmpty());
        assertThat(first.previous()).isEqualTo(at(2, 1));
        assertThat(first.entries().get(3)).isEqualTo(new Entry(term, new Entry.NoOp()));
    }

    @Test
    @DisplayName("§5.3 An entry is committed when a majority has it, and its client is answered when it is applied")
    void majorityCommits() {
        server.becomeLeader();
        TestProbe<Replica.Reply> client = server.propose("x");
        server.accept("n2", 1);
        client.expectNoMessage();
        server.accept("n2", 2);
        assertThat(client.expectMessageClass(Replica.Applied.class).index()).isEqualTo(2);
        assertThat(server.status().commitIndex()).isEqualTo(2);
    }

    @Test
    @DisplayName("§5.3 The leader tells followers the commit index")
    void leaderTellsTheCommitIndex() {
        server.becomeLeader();
        server.accept("n2", 1);
        server.heartbeatIntervalPasses();
        assertThat(server.await("n2", AppendEntries.class, append -> append.leaderCommit() > 0)
                        .leaderCommit())
                .isEqualTo(1);
    }

    @Test
    @DisplayName("§5.3 The leader tells followers that have everything at once that it is committed")
    void leaderTellsTheCommitIndexAtOnce() {
        long term = server.becomeLeader();
        server.accept("n2", 1);
        assertThat(server.await("n2", CommitAdvanced.class)).isEqualTo(new CommitAdvanced(term, "n1", at(1, term)));
    }

    @Test
    @DisplayName("§5.3 While writes go on it tells them with the next entries, and alone from time to time")
    void leaderWaitsForTheNextEntriesToTellTheCommitIndex() {
        long term = server.becomeLeader();
        server.accept("n2", 1);
        server.await("n2", CommitAdvanced.class);
        server.propose("x");
        server.answer("n2", server.latest("n2"), 2);
        assertThat(server.sentTo("n2")).as("of index 2, alone").isEmpty();
        server.propose("y");
        AppendEntries next = server.latest("n2");
        assertThat(next.leaderCommit()).as("with index 3").isEqualTo(2);
        server.answer("n2", next, 3);
        assertThat(server.sentTo("n2")).as("of index 3, alone").isEmpty();
        server.pass(server.settings.commitInterval());
        assertThat(server.await("n2", CommitAdvanced.class)).isEqualTo(new CommitAdvanced(term, "n1", at(3, term)));
    }

    @Test
    @DisplayName("§5.3 A follower commits through a place that it is told of only where its log has that very entry")
    void followerCommitsWhereTheLogsMatch() {
        server.hasLog(1, 1, 2);
        server.tell(new CommitAdvanced(2, "n2", at(3, 1)));
        assertThat(server.status().commitIndex()).as("another entry").isZero();
        server.tell(new CommitAdvanced(2, "n2", at(4, 2)));
        assertThat(server.status().commitIndex())
                .as("an entry that is lost or late")
                .isZero();
        server.tell(new CommitAdvanced(1, "n3", at(2, 1)));
        assertThat(server.status().commitIndex()).as("news of an earlier term").isZero();
        server.tell(new CommitAdvanced(2, "n2", at(2, 1)));
        assertThat(server.status().commitIndex()).isEqualTo(2);
    }

    @Test
    @DisplayName("§8 A follower passes on what is proposed to it: what came together from a client, in one message")
    void followerForwardsProposalsTogether() {
        server.heartbeat(1);
        TestProbe<Replica.Reply> client = server.client();
        server.inOneGo(() -> {
            for (long serial = 1; serial <= 3; serial++) {
                server.tell(new Replica.Propose(9, serial, 1, ByteString.fromString("x"), client.getRef()));
            }
        });
        ForwardedProposals forwarded = server.await("n2", ForwardedProposals.class);
        assertThat(forwarded.replyTo()).isEqualTo(client.getRef());
        assertThat(forwarded.proposals())
                .extracting(ForwardedProposals.Proposal::serial)
                .containsExactly(1L, 2L, 3L);
        List<Replica.Reply> replies = List.of(
                new Replica.Applied(9, 1, 5, ByteString.emptyByteString()),
                new Replica.Applied(9, 2, 6, ByteString.emptyByteString()));
        forwarded.via().tell(new Answers.Batch(forwarded.replyTo(), replies));
        replies.forEach(client::expectMessage);
    }

    @Test
    @DisplayName(
            "§8 A follower that passes answers on has applied what they tell of, as far as its log is the leader's")
    void answersTellAFollowerWhatIsCommitted() {
        server.hasLog(1, 1, 1);
        server.append(2, at(2, 1), entries(3, 2), 0); // What follows in term 1 is another's.
        TestProbe<Replica.Reply> client = server.client();
        Replica.Reply second = new Replica.Applied(9, 1, 2, ByteString.emptyByteString());
        server.tell(new Answers.Batch(client.getRef(), List.of(second)));
        client.expectMessage(second);
        assertThat(server.status().commitIndex()).isEqualTo(2);
        Replica.Reply fifth = new Replica.Applied(9, 2, 5, ByteString.emptyByteString());
        server.tell(new Answers.Batch(client.getRef(), List.of(fifth)));
        client.expectMessage(fifth);
        assertThat(server.status().commitIndex()).as("what it has of it").isEqualTo(3);
    }

    @Test
    @DisplayName("§8 What a follower had before this term's leader spoke it does not take for the leader's")
    void answersTellNothingOfALogThatHasNotMatched() {
        server.hasLog(1, 1, 1);
        server.heartbeat(2);
        TestProbe<Replica.Reply> client = server.client();
        Replica.Reply answer = new Replica.Applied(9, 1, 3, ByteString.emptyByteString());
        server.tell(new Answers.Batch(client.getRef(), List.of(answer)));
        client.expectMessage(answer);
        assertThat(server.status().commitIndex()).isZero();
    }

    @Test
    @DisplayName("§8 What is proposed to a follower that has lost its leader meanwhile is rejected, not kept")
    void gatheredProposalsAreNotKept() {
        server.heartbeat(1);
        List<TestProbe<Replica.Reply>> clients = new ArrayList<>();
        server.inOneGo(() -> {
            clients.add(server.propose("x"));
            server.tell(new PeerDirectory.PeerAt("n2", Optional.empty()));
        });
        assertThat(clients.get(0).expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.NO_LEADER);
    }

    @Test
    @DisplayName(
            "§8 A leader answers forwarded proposals through the replica that forwarded them, a batch in one message")
    void leaderAnswersForwardedProposals() {
        server.becomeLeader();
        server.accept("n2", 1);
        TestProbe<Answers.Batch> through = server.kit.createTestProbe(Answers.Batch.class);
        TestProbe<Replica.Reply> client = server.client();
        var proposals = List.of(
                new ForwardedProposals.Proposal(0, 7, 0, ByteString.fromString("a")),
                new ForwardedProposals.Proposal(0, 8, 0, ByteString.fromString("b")));
        server.tell(new ForwardedProposals(server.status().term(), through.getRef(), client.getRef(), proposals));
        server.accept("n2", 3);
        Answers.Batch replies = through.receiveMessage();
        assertThat(replies.client()).isEqualTo(client.getRef());
        assertThat(replies.replies())
                .extracting(reply -> ((Replica.Applied) reply).serial())
                .containsExactly(7L, 8L);
        client.expectNoMessage();
    }

    @Test
    @DisplayName("§8 A leader answers nobody through a replica of an earlier term, which may have another log")
    void leaderAnswersThroughThoseOfItsTermAlone() {
        server.becomeLeader();
        server.accept("n2", 1);
        TestProbe<Answers.Batch> through = server.kit.createTestProbe(Answers.Batch.class);
        TestProbe<Replica.Reply> client = server.client();
        var proposals = List.of(new ForwardedProposals.Proposal(0, 7, 0, ByteString.fromString("a")));
        long earlier = server.status().term() - 1;
        server.tell(new ForwardedProposals(earlier, through.getRef(), client.getRef(), proposals));
        server.accept("n2", 2);
        assertThat(client.expectMessageClass(Replica.Applied.class).serial()).isEqualTo(7);
        through.expectNoMessage();
    }

    @Test
    @DisplayName("§8 Who is taken for the leader and is not rejects what was forwarded, and does not pass it on")
    void forwardedOnce() {
        server.heartbeat(1);
        TestProbe<Replica.Reply> client = server.client();
        var proposals = List.of(new ForwardedProposals.Proposal(3, 7, 0, ByteString.fromString("a")));
        server.tell(new ForwardedProposals(
                1, server.kit.createTestProbe(Answers.Batch.class).getRef(), client.getRef(), proposals));
        Replica.Rejected rejected = client.expectMessageClass(Replica.Rejected.class);
        assertThat(rejected.reason()).isEqualTo(Replica.Reason.NO_LEADER);
        assertThat(rejected.serial()).isEqualTo(7);
    }

    @Test
    @DisplayName("§5.3 After a rejection the leader goes back by a whole term and finds where the logs agree")
    void backsOffByTerm() {
        server.hasLog(1, 1, 4, 4, 5, 5);
        long term = server.becomeLeader();
        server.heartbeatIntervalPasses();
        AppendEntries probe = server.await(
                "n2", AppendEntries.class, append -> append.previous().index() == 6);
        server.reject(probe, "n2", at(5, 3)); // the follower has 1 1 3 3 3
        AppendEntries next = server.await(
                "n2", AppendEntries.class, append -> append.previous().index() < 6 && append.term() == term);
        assertThat(next.previous()).isEqualTo(at(2, 1));
        assertThat(next.entries().firstIndex()).isEqualTo(3);
    }

    @Test
    @DisplayName("§5.4.2 Figure 8: an entry of an earlier term is not committed by counting, only by one of this term")
    void figureEight() {
        server.close();
        server = PaperServer.ofFive();
        server.hasLog(1, 2); // (a) S1 had replicated index 2 of term 2 in part; (b) S5 led term 3 elsewhere
        server.append(3, at(2, 2), LogSlice.empty(3), 1);
        long term = server.becomeLeader(); // (c) S1 leads again, and brings index 2 to a majority
        server.accept("n2", 2);
        server.accept("n3", 2);
        assertThat(server.status().commitIndex())
                .as("a majority has index 2, of an earlier term")
                .isEqualTo(1);
        server.accept("n2", 3); // (e) with an entry of its own term on a majority, all before it are committed
        server.accept("n3", 3);
        assertThat(server.status().commitIndex()).isEqualTo(3);
        assertThat(term).isGreaterThan(3);
    }

    @Test
    @DisplayName("Thesis §10.2.1 The leader counts itself only when its own write is durable")
    void leaderCountsItselfOnlyWhenDurable() {
        server.becomeLeader();
        server.failNextWrite();
        TestProbe<Replica.Reply> client = server.propose("x");
        server.awaitEnd();
        client.expectNoMessage(); // Not answered although one of three may have it.
    }

    @Test
    @DisplayName("Thesis §10.2.2 AppendEntries are pipelined: more are sent before the first is answered, in bounds")
    void pipeline() {
        server.close();
        server = PaperServer.ofThree("troupe.raft.max-in-flight-messages = 3");
        server.becomeLeader();
        server.accept("n2", 1);
        for (int i = 2; i <= 6; i++) {
            server.propose("c" + i);
            server.awaitIdle();
        }
        long sent = 1;
        for (int i = 0; i < 3; i++) {
            AppendEntries append = server.await(
                    "n2", AppendEntries.class, any -> !any.entries().isEmpty());
            assertThat(append.previous().index()).isEqualTo(sent);
            sent = append.entries().lastIndex();
        }
        assertThat(sent).as("the window is full").isLessThan(6);
        server.accept("n2", sent);
        assertThat(server.await("n2", AppendEntries.class, any -> !any.entries().isEmpty())
                        .entries()
                        .firstIndex())
                .isEqualTo(sent + 1);
    }

    @Test
    @DisplayName("§5.1 A proposal under way when leadership is lost has an unknown outcome")
    void outcomeUnknown() {
        long term = server.becomeLeader();
        TestProbe<Replica.Reply> client = server.propose("x");
        server.heartbeat(term + 1);
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
    }

    @Test
    @DisplayName("Figure 2: what a deposed leader had appended is on disk when it leads again, also after a crash")
    void deposedLeaderWritesWhatItAppended() {
        long term = server.becomeLeader();
        server.inOneGo(() -> {
            server.propose("deposed before it was written");
            server.tell(new Replicator.HigherTerm(term + 1));
        });
        long later = server.becomeLeader();
        server.accept("n2", 3);
        assertThat(server.status().commitIndex()).isEqualTo(3);
        server.restart();
        isAccepted(server.append(later + 1, at(3, later), LogSlice.empty(4), 3), 3);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("deposed before it was written")::equals);
    }
}
