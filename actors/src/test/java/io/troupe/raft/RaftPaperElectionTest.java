package io.troupe.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Terms, votes and elections, rule by rule: to be read beside §5.1, §5.2, §5.4.1 and Figure 2. */
class RaftPaperElectionTest {

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private void isFollowerIn(long term) {
        assertThat(server.status().role()).isEqualTo(Replica.Role.FOLLOWER);
        assertThat(server.status().term()).isEqualTo(term);
    }

    @Test
    @DisplayName("§5.2 When servers start up, they begin as followers")
    void startsAsFollower() {
        isFollowerIn(0);
    }

    @Test
    @DisplayName("§5.1 A follower with a smaller term takes the larger one")
    void followerTakesLargerTerm() {
        server.heartbeat(3);
        isFollowerIn(3);
    }

    @Test
    @DisplayName("§5.1 A candidate whose term is out of date reverts to follower")
    void candidateRevertsToFollower() {
        long term = server.becomeCandidate().term();
        server.tell(new VoteReply(term + 1, "n2", false));
        isFollowerIn(term + 1);
    }

    @Test
    @DisplayName("§5.1 A leader whose term is out of date reverts to follower")
    void leaderRevertsToFollower() {
        long term = server.becomeLeader();
        server.heartbeat(term + 1);
        isFollowerIn(term + 1);
    }

    @Test
    @DisplayName(
            "§5.1 A leader that a server of a later term refuses reverts to follower: else that server had no leader")
    void leaderRevertsWhenItIsRefused() {
        long term = server.becomeLeader();
        server.heartbeatIntervalPasses();
        AppendEntries sent = server.latest("n3");
        sent.replyTo()
                .tell(new AppendRejected(term + 4, "n3", sent.previous().index(), LogPosition.ORIGIN, sent.round()));
        Awaitility.await().untilAsserted(() -> isFollowerIn(term + 4));
    }

    @Test
    @DisplayName("§5.1 A request with a stale term is rejected, with the current term")
    void staleTermIsRejected() {
        server.heartbeat(5);
        assertThat(server.heartbeat(4))
                .isInstanceOfSatisfying(AppendRejected.class, rejected -> assertThat(rejected.term())
                        .isEqualTo(5));
        assertThat(server.requestVote(4, "n3", new LogPosition(9, 4))).isEqualTo(new VoteReply(5, "n1", false));
    }

    @Test
    @DisplayName("§5.2 A follower that receives no communication over an election timeout begins an election")
    void followerStartsElection() {
        RequestVote request = server.becomeCandidate();
        assertThat(request.term()).isEqualTo(1);
        assertThat(request.candidate()).isEqualTo("n1");
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
    }

    @Test
    @DisplayName(
            "§5.2, §9.3 How long it waits is chosen at random, anew each time, from one to one and a half timeouts")
    void electionTimeoutsAreRandom() {
        Set<Integer> waited = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            server.heartbeat(1);
            waited.add(ticksUntilItStands());
        }
        int timeout = server.settings.electionTicks();
        assertThat(waited).hasSizeGreaterThan(3).allMatch(ticks -> timeout <= ticks && ticks < timeout + timeout / 2);
    }

    private int ticksUntilItStands() {
        int ticks = 0;
        while (server.status().role() == Replica.Role.FOLLOWER) {
            server.ticksPass(1);
            ticks++;
        }
        return ticks;
    }

    @Test
    @DisplayName("§5.2 A server remains a follower as long as it receives valid RPCs from a leader")
    void heartbeatsKeepAFollower() {
        for (int i = 0; i < 8; i++) {
            server.heartbeat(1);
            server.ticksPass(server.settings.electionTicks() / 2);
        }
        isFollowerIn(1);
        server.peer("n2").expectNoMessage();
    }

    @Test
    @DisplayName("Figure 2, Followers: who has voted for another waits for an election timeout more")
    void votingMakesItWait() {
        server.tell(new VoteReply(1, "n3", false)); // Of long ago: term 1 begins here.
        server.ticksPass(server.settings.electionTicks() - 1);
        assertThat(server.requestVote(1, "n2", LogPosition.ORIGIN).granted()).isTrue();
        server.ticksPass(server.settings.electionTicks() - 1);
        isFollowerIn(1);
    }

    @Test
    @DisplayName("§5.2 A candidate wins with votes from a majority in the same term")
    void majorityElects() {
        server.close();
        server = PaperServer.ofFive();
        long term = server.becomeCandidate().term();
        server.tell(new VoteReply(term, "n2", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
        server.tell(new VoteReply(term, "n2", true)); // twice from one is one vote
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
        server.tell(new VoteReply(term, "n4", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
    }

    @Test
    @DisplayName("§5.2 A vote of an earlier term does not count in a later one")
    void staleVoteDoesNotCount() {
        long first = server.becomeCandidate().term();
        long second = server.becomeCandidate().term();
        assertThat(second).isGreaterThan(first);
        server.tell(new VoteReply(first, "n2", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
    }

    @Test
    @DisplayName("§5.2 A new leader sends heartbeats at once, to establish its authority")
    void newLeaderSendsHeartbeats() {
        long term = server.becomeCandidate().term();
        server.tell(new VoteReply(term, "n2", true));
        server.await("n2", AppendEntries.class, append -> append.term() == term);
        server.await("n3", AppendEntries.class, append -> append.term() == term);
    }

    @Test
    @DisplayName("§5.2 A candidate that hears a leader of its own term returns to follower state")
    void candidateFollowsLeaderOfItsTerm() {
        long term = server.becomeCandidate().term();
        server.heartbeat(term);
        isFollowerIn(term);
        assertThat(server.status().leader()).contains("n2");
    }

    @Test
    @DisplayName("§5.2 A candidate that too many refuse returns to follower state: it cannot win any more")
    void lostCandidateFollows() {
        long term = server.becomeCandidate().term();
        server.tell(new VoteReply(term, "n2", false));
        assertThat(server.status().role()).as("n3 may yet vote for it").isEqualTo(Replica.Role.CANDIDATE);
        server.tell(new VoteReply(term, "n3", false));
        isFollowerIn(term);
    }

    @Test
    @DisplayName("§5.2 A candidate that is not elected starts another election in a new term")
    void splitVoteStartsAnotherElection() {
        long first = server.becomeCandidate().term();
        assertThat(server.becomeCandidate().term()).isEqualTo(first + 1);
    }

    @Test
    @DisplayName("§5.2 A candidate that was refused stands again within half an election timeout")
    void refusedCandidateStandsAgainSoon() {
        long first = server.becomeCandidate().term();
        server.tell(new VoteReply(first, "n2", false));
        server.ticksPass(server.settings.electionTicks() / 2 + 1);
        server.await("n3", PreVote.class, vote -> vote.term() == first + 1);
    }

    @Test
    @DisplayName("§5.2 A candidate that hears nothing waits for an election timeout before it stands again")
    void unansweredCandidateWaits() {
        long first = server.becomeCandidate().term();
        server.ticksPass(server.settings.electionTicks() - 1);
        server.tell(new VoteReply(first, "n2", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
    }

    @Test
    @DisplayName("§5.2 Each server votes for at most one candidate in a term, first come first served")
    void oneVoteATerm() {
        assertThat(server.requestVote(1, "n2", LogPosition.ORIGIN).granted()).isTrue();
        assertThat(server.requestVote(1, "n3", LogPosition.ORIGIN).granted()).isFalse();
        assertThat(server.requestVote(1, "n2", LogPosition.ORIGIN).granted()).isTrue();
    }

    @Test
    @DisplayName("Figure 2: votedFor and currentTerm survive a restart")
    void voteSurvivesRestart() {
        assertThat(server.requestVote(4, "n2", LogPosition.ORIGIN).granted()).isTrue();
        server.restart();
        assertThat(server.status().term()).isEqualTo(4);
        assertThat(server.requestVote(4, "n3", LogPosition.ORIGIN).granted()).isFalse();
        assertThat(server.requestVote(4, "n2", LogPosition.ORIGIN).granted()).isTrue();
    }

    @Test
    @DisplayName("Figure 2: a vote that cannot be written is not given, and the server stops")
    void voteIsDurableBeforeItIsAnswered() {
        server.failNextWrite();
        server.tell(new RequestVote(1, "n2", LogPosition.ORIGIN, false, server.stranger.getRef()));
        server.awaitEnd();
        server.stranger.expectNoMessage();
    }

    @Test
    @DisplayName("Figure 2: a candidate whose vote for itself cannot be written asks nobody")
    void candidateAsksOnlyWithADurableVote() {
        server.electionTimeoutPasses();
        PreVote preVote = server.await("n2", PreVote.class);
        server.failNextWrite();
        server.tell(new RaftMessage.PreVoteReply(preVote.term(), "n2", true));
        server.awaitEnd();
        assertThat(server.sentTo("n2")).noneMatch(RequestVote.class::isInstance);
    }

    @Test
    @DisplayName("§5.4.1 A candidate tells with its request how up-to-date its log is")
    void requestTellsOfTheLog() {
        server.hasLog(1, 2, 2);
        assertThat(server.becomeCandidate().last()).isEqualTo(new LogPosition(3, 2));
    }

    @Test
    @DisplayName("§5.4.1 A vote is denied when the voter's log is more up-to-date: later last term")
    void laterLastTermDenies() {
        server.hasLog(1, 2);
        server.electionTimeoutPasses();
        assertThat(server.requestVote(9, "n3", new LogPosition(5, 1)).granted()).isFalse();
        assertThat(server.requestVote(9, "n3", new LogPosition(1, 3)).granted()).isTrue();
    }

    @Test
    @DisplayName("§5.4.1 A vote is denied when the voter's log is more up-to-date: longer with the same term")
    void longerLogDenies() {
        server.hasLog(1, 2);
        server.electionTimeoutPasses();
        assertThat(server.requestVote(9, "n3", new LogPosition(1, 2)).granted()).isFalse();
        assertThat(server.requestVote(9, "n3", new LogPosition(2, 2)).granted()).isTrue();
    }

    @Test
    @DisplayName("Thesis §4.2.3 Within the minimum election timeout of a leader neither term nor vote is given")
    void leaderStickiness() {
        server.heartbeat(1);
        server.tell(new RequestVote(7, "n3", new LogPosition(9, 6), false, server.stranger.getRef()));
        server.stranger.expectNoMessage();
        isFollowerIn(1);
        server.tell(new RequestVote(7, "n3", new LogPosition(9, 6), true, server.stranger.getRef()));
        assertThat(server.stranger.receiveMessage()).isEqualTo(new VoteReply(7, "n1", true));
    }

    @Test
    @DisplayName(
            "Thesis §4.2.3 Nor by a leader itself: who stands against it does not depose it, unless it asked for that")
    void leaderIsNotDeposedByACandidate() {
        long term = server.becomeLeader();
        LogPosition longer = new LogPosition(9, term);
        assertThat(server.preVote(term + 7, "n3", longer).granted()).isFalse();
        server.tell(new RequestVote(term + 7, "n3", longer, false, server.stranger.getRef()));
        server.stranger.expectNoMessage();
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        assertThat(server.status().term()).isEqualTo(term);
        server.tell(new RequestVote(term + 7, "n3", longer, true, server.stranger.getRef()));
        assertThat(server.stranger.receiveMessage()).isEqualTo(new VoteReply(term + 7, "n1", true));
        isFollowerIn(term + 7);
    }

    @Test
    @DisplayName("Thesis §9.6 A pre-vote changes neither term nor vote, and is denied while a leader is heard")
    void preVoteIsHarmless() {
        server.heartbeat(1);
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isFalse();
        server.ticksPass(server.settings.electionTicks());
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isTrue();
        assertThat(server.status().term()).isEqualTo(1);
        assertThat(server.requestVote(2, "n2", new LogPosition(9, 1)).granted()).isTrue();
    }

    @Test
    @DisplayName("Thesis §9.6 It is denied to whom a vote would be: with an older log, or in a term that is over")
    void preVoteIsDeniedAsAVoteWouldBe() {
        server.hasLog(1, 2);
        server.electionTimeoutPasses();
        assertThat(server.preVote(3, "n3", new LogPosition(9, 1)).granted()).isFalse();
        assertThat(server.preVote(3, "n3", new LogPosition(1, 2)).granted()).isFalse();
        assertThat(server.preVote(2, "n3", new LogPosition(2, 2)))
                .as("it asks for a term that is over, and is told which is not")
                .isEqualTo(new RaftMessage.PreVoteReply(2, "n1", false));
        assertThat(server.preVote(3, "n3", new LogPosition(2, 2)).granted()).isTrue();
    }

    @Test
    @DisplayName("Thesis §9.6 Without support for a pre-vote the term does not rise")
    void unsupportedPreVoteDoesNotRaiseTheTerm() {
        server.heartbeat(1);
        for (int i = 0; i < 5; i++) {
            server.electionTimeoutPasses();
        }
        assertThat(server.await("n2", PreVote.class).term()).isEqualTo(2);
        assertThat(server.status().term()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "Thesis §9.6 Who is refused a pre-vote for a later term takes that term, and can complete an election then")
    void preVoteRefusedForALaterTerm() {
        server.heartbeat(1);
        server.electionTimeoutPasses();
        assertThat(server.await("n2", PreVote.class).term()).isEqualTo(2);
        server.tell(new RaftMessage.PreVoteReply(6, "n2", false));
        isFollowerIn(6);
        server.sentTo("n2");
        server.sentTo("n3");
        assertThat(server.becomeCandidate().term()).isEqualTo(7);
    }

    @Test
    @DisplayName("§5.2 A voter that comes back while a candidate waits for votes is asked for its own")
    void whoComesBackIsAsked() {
        server.tell(new PeerDirectory.PeerAt("n3", Optional.empty()));
        server.electionTimeoutPasses();
        PreVote preVote = server.await("n2", PreVote.class);
        server.tell(new RaftMessage.PreVoteReply(preVote.term(), "n2", true));
        RequestVote request = server.await("n2", RequestVote.class);
        assertThat(server.sentTo("n3")).isEmpty();
        server.joins("n3");
        assertThat(server.await("n3", RequestVote.class)).isEqualTo(request);
    }

    @Test
    @DisplayName("Thesis §9.6 Who was refused because a leader was heard there a little later asks again soon")
    void preVoteIsAskedForAgain() {
        server.heartbeat(1);
        server.ticksPass(server.settings.electionTicks());
        while (server.status().role() != Replica.Role.CANDIDATE) {
            server.ticksPass(1);
        }
        PreVote first = server.await("n2", PreVote.class);
        server.tell(new RaftMessage.PreVoteReply(1, "n2", false));
        server.heartbeatIntervalPasses();
        assertThat(server.await("n2", PreVote.class)).isEqualTo(first);
        server.tell(new RaftMessage.PreVoteReply(first.term(), "n2", true));
        assertThat(server.await("n2", RequestVote.class).term()).isEqualTo(first.term());
    }

    @Test
    @DisplayName("Thesis §6.2 A leader that does not hear a quorum for an election timeout steps down")
    void checkQuorum() {
        long term = server.becomeLeader();
        server.ticksPass(server.settings.electionTicks() + 1);
        isFollowerIn(term);
        assertThat(server.status().leader()).isEmpty();
    }
}
