package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Reason;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Leadership transfer, rule by rule: to be read beside the thesis, §3.10. */
class RaftPaperTransferTest {

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private TestProbe<Replica.Reply> transferTo(String target) {
        return transfer(Optional.of(target), false);
    }

    private TestProbe<Replica.Reply> transfer(Optional<String> target, boolean onlyHere) {
        TestProbe<Replica.Reply> client = server.client();
        server.tell(new Replica.TransferLeadership(target, onlyHere, client.getRef()));
        server.status();
        return client;
    }

    private static Replica.Rejected refused(TestProbe<Replica.Reply> client, Reason reason) {
        var refused = client.expectMessageClass(Replica.Rejected.class);
        assertThat(refused.reason()).as(refused.detail()).isEqualTo(reason);
        return refused;
    }

    /** Leads, with its no-op at index 1 in the log of both followers. */
    private long leads() {
        long term = server.becomeLeader();
        server.accept("n2", 1);
        server.accept("n3", 1);
        return term;
    }

    /** Heartbeat intervals pass, and n2 alone answers, so that the leader has its quorum. */
    private void beatsWithN2(int intervals) {
        for (int i = 0; i < intervals; i++) {
            server.accept("n2", 1);
        }
    }

    private void takesNoProposals() {
        refused(server.propose("meanwhile"), Reason.NO_LEADER);
    }

    // -- the way to the end

    @Test
    @DisplayName("§3.10 The leader tells a target that has the whole log to stand at once, and takes no proposals then")
    void aCaughtUpTargetIsToldAtOnce() {
        long term = leads();
        TestProbe<Replica.Reply> client = transferTo("n3");
        assertThat(server.await("n3", TimeoutNow.class)).isEqualTo(new TimeoutNow(term, "n1"));
        takesNoProposals();
        client.expectNoMessage();
        server.tell(new RequestVote(term + 1, "n3", new LogPosition(1, term), true, server.stranger.getRef()));
        client.expectNoMessage(); // It may yet lose.
        server.tell(leaderOf(term + 1, "n3"));
        assertThat(client.receiveMessage()).isEqualTo(new Replica.LeadershipTransferred("n3"));
    }

    private AppendEntries leaderOf(long term, String leader) {
        TestProbe<RaftMessage.AppendReply> replies = server.kit.createTestProbe(RaftMessage.AppendReply.class);
        return new AppendEntries(term, leader, new LogPosition(1, term - 1), LogSlice.empty(2), 0, 0, replies.getRef());
    }

    @Test
    @DisplayName("§3.10 A target that lags is brought up to date first")
    void aLaggingTargetIsBroughtUpToDateFirst() {
        long term = leads();
        server.propose("n3 has not got it");
        server.accept("n2", 2);
        transferTo("n3");
        takesNoProposals();
        AppendEntries missing = server.await(
                "n3", AppendEntries.class, append -> append.entries().lastIndex() == 2);
        assertThat(server.sentTo("n3")).doesNotHaveAnyElementsOfTypes(TimeoutNow.class);
        missing.replyTo().tell(new AppendAccepted(term, "n3", 2, missing.round()));
        assertThat(server.await("n3", TimeoutNow.class).term()).isEqualTo(term);
    }

    @Test
    @DisplayName("§3.10, §7 A target that lacks what is compacted gets the snapshot, and what follows it, first")
    void aTargetGetsTheSnapshotFirst() {
        server.close();
        server = PaperServer.ofThree("troupe.raft { snapshot-entries = 5, retained-entries = 0 }");
        long term = server.becomeLeader();
        for (int i = 0; i < 6; i++) {
            server.propose("c" + i);
        }
        server.accept("n2", 7);
        Awaitility.await().until(() -> server.status().snapshotIndex() >= 5);
        server.propose("after the snapshot");
        server.accept("n2", 8);
        transferTo("n3");
        server.accept("n2", 8);
        InstallSnapshot sent = server.await("n3", InstallSnapshot.class);
        sent.replyTo().tell(new ChunkReply(term, "n3", sent.snapshot().index(), 0, true));
        AppendEntries rest = server.await(
                "n3", AppendEntries.class, append -> append.entries().lastIndex() == 8);
        assertThat(server.sentTo("n3")).doesNotHaveAnyElementsOfTypes(TimeoutNow.class);
        rest.replyTo().tell(new AppendAccepted(term, "n3", 8, rest.round()));
        assertThat(server.await("n3", TimeoutNow.class).term()).isEqualTo(term);
    }

    @Test
    @DisplayName("§3.10 With no target named, leadership goes to whoever is most up to date")
    void theMostUpToDateTakesOver() {
        leads();
        server.propose("n3 has not got it");
        server.accept("n2", 2);
        transfer(Optional.empty(), false);
        server.await("n2", TimeoutNow.class);
    }

    @Test
    @DisplayName(
            "§3.10 A server that is told stands without waiting, and its followers vote although they hear a leader")
    void whoIsToldStandsAtOnce() {
        server.hasLog(1);
        server.tell(new TimeoutNow(1, "n2"));
        RequestVote request = server.await("n3", RequestVote.class);
        assertThat(request.term()).isEqualTo(2);
        assertThat(request.transfer()).isTrue();
    }

    @Test
    @DisplayName("§3.10 Who is told by the leader of an earlier term does not stand")
    void anOldWordIsNotHeard() {
        server.hasLog(2);
        server.tell(new TimeoutNow(1, "n2"));
        assertThat(server.status().term()).isEqualTo(2);
        assertThat(server.status().role()).isEqualTo(Replica.Role.FOLLOWER);
    }

    // -- when it fails

    @Test
    @DisplayName("§3.10 After an election timeout the transfer is given up, and the leader takes proposals again")
    void itIsGivenUpAfterAnElectionTimeout() {
        leads();
        TestProbe<Replica.Reply> client = transferTo("n3");
        int intervals = server.settings.electionTicks() / server.settings.ticksPerHeartbeat();
        beatsWithN2(intervals - 1);
        client.expectNoMessage();
        takesNoProposals();
        beatsWithN2(1);
        assertThat(refused(client, Reason.NOT_TAKEN_OVER).detail()).contains("n3", "n1 leads on");
        TestProbe<Replica.Reply> again = server.propose("served again");
        server.accept("n2", 2);
        again.expectMessageClass(Replica.Applied.class);
    }

    @Test
    void anotherTransferIsRefusedWhileOneIsUnderWay() {
        leads();
        transferTo("n3");
        assertThat(refused(transferTo("n2"), Reason.OVERLOADED).detail()).contains("already", "n3");
    }

    @Test
    void whoAskedIsToldWhenSomebodyElseTookOver() {
        long term = leads();
        TestProbe<Replica.Reply> client = transferTo("n3");
        server.tell(leaderOf(term + 1, "n2"));
        assertThat(refused(client, Reason.NOT_TAKEN_OVER).detail()).contains("n3", "n2 leads now");
    }

    @Test
    void whoAskedIsToldWhenNobodyIsKnownToHaveTakenOver() {
        long term = leads();
        TestProbe<Replica.Reply> client = transferTo("n3");
        server.tell(new RequestVote(term + 1, "n3", new LogPosition(1, term), true, server.stranger.getRef()));
        server.ticksPass(server.settings.electionTicks());
        refused(client, Reason.OUTCOME_UNKNOWN);
    }

    // -- who can be the target

    @Test
    @DisplayName("§3.10 The leader itself leads already: there is nothing to do")
    void theLeaderItself() {
        leads();
        assertThat(transferTo("n1").receiveMessage()).isEqualTo(new Replica.LeadershipTransferred("n1"));
        assertThat(transfer(Optional.of("n1"), true).receiveMessage())
                .isEqualTo(new Replica.LeadershipTransferred("n1"));
        server.propose("served on");
        server.accept("n2", 2);
        assertThat(server.status().commitIndex()).isEqualTo(2);
    }

    @Test
    void aStranger() {
        leads();
        assertThat(refused(transferTo("n9"), Reason.UNSUPPORTED).detail()).contains("[n2, n3]", "n9");
    }

    @Test
    @DisplayName("§3.10, §4.2.1 A learner cannot lead")
    void aLearner() {
        leads();
        server.reconfigure(MemberChange.addLearner("n4"));
        refused(transferTo("n4"), Reason.UNSUPPORTED);
    }

    @Test
    @DisplayName("§3.10, §4.2.2 Who is removed cannot lead, from when the entry that says so is in the log")
    void aRemovedMember() {
        leads();
        server.reconfigure(MemberChange.remove("n3"));
        refused(transferTo("n3"), Reason.UNSUPPORTED);
    }

    @Test
    @DisplayName("§3.10, §6 Nor one that C_old,new is about to remove")
    void anOutgoingMember() {
        leads();
        server.joins("n4");
        server.reconfigure(MemberChange.remove("n3"), MemberChange.addVoter("n4"));
        assertThat(refused(transferTo("n3"), Reason.UNSUPPORTED).detail()).contains("[n2, n4]");
    }

    @Test
    void aGroupOfOneHasNobodyToTakeOver() {
        server.close();
        server = PaperServer.alone();
        server.electionTimeoutPasses();
        Awaitility.await().until(() -> server.status().role() == Replica.Role.LEADER);
        refused(transfer(Optional.empty(), false), Reason.UNSUPPORTED);
    }

    // -- asked elsewhere

    @Test
    @DisplayName("§3.10 A follower passes the request to its leader, once")
    void aFollowerPassesItOn() {
        server.heartbeat(1);
        TestProbe<Replica.Reply> client = transferTo("n1");
        var passed = server.await("n2", RaftMessage.Forwarded.class).request();
        assertThat(passed).isEqualTo(new Replica.TransferLeadership(Optional.of("n1"), client.getRef()));
        server.tell(new RaftMessage.Forwarded(passed));
        refused(client, Reason.NO_LEADER);
    }

    @Test
    void aLeaderDoesWhatWasPassedOnToIt() {
        leads();
        TestProbe<Replica.Reply> client = server.client();
        server.tell(new RaftMessage.Forwarded(new Replica.TransferLeadership(Optional.of("n3"), client.getRef())));
        server.await("n3", TimeoutNow.class);
    }

    @Test
    void aFollowerThatAloneIsAskedSaysThatItDoesNotLead() {
        assertThat(refused(transfer(Optional.of("n3"), true), Reason.NOT_LEADER).detail())
                .contains("n1 does not lead");
        server.heartbeat(1);
        assertThat(refused(transfer(Optional.of("n3"), true), Reason.NOT_LEADER).detail())
                .contains("n2 does");
    }
}
