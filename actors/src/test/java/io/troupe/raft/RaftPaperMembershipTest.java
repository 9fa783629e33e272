package io.troupe.raft;

import static io.troupe.replication.Replica.MemberChange.addLearner;
import static io.troupe.replication.Replica.MemberChange.addVoter;
import static io.troupe.replication.Replica.MemberChange.promote;
import static io.troupe.replication.Replica.MemberChange.remove;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Changing the membership, rule by rule: to be read beside §6 and the thesis, §4.1 to §4.3. */
class RaftPaperMembershipTest {

    private PaperServer server = PaperServer.ofThree();

    @AfterEach
    void close() {
        server.close();
    }

    private void use(PaperServer other) {
        server.close();
        server = other;
    }

    private static TreeSet<String> nodes(String... names) {
        return new TreeSet<>(Set.of(names));
    }

    private static Configuration simple(String... voters) {
        return Configuration.of(List.of(voters));
    }

    /** Leads, and its no-op at index 1 is committed by {@code followers}. */
    private void leads(String... followers) {
        server.becomeLeader();
        accepted(1, followers);
    }

    private void accepted(long index, String... followers) {
        for (String follower : followers) {
            server.accept(follower, index);
        }
    }

    private void isCommitted(long index) {
        Awaitility.await()
                .untilAsserted(() -> assertThat(server.status().commitIndex()).isEqualTo(index));
    }

    private void isNotCommitted(long index) {
        assertThat(server.status().commitIndex()).isLessThan(index);
    }

    private Refusal refusal(TestProbe<Replica.Reply> client) {
        return client.expectMessageClass(Replica.ReconfigureRefused.class).refusal();
    }

    // -- a configuration is in force from when it is in the log

    @Test
    @DisplayName("§6 A server uses the latest configuration in its log, committed or not")
    void latestInTheLogIsInForce() {
        var entry = PaperServer.reconfigured(1, simple("n1", "n2", "n3", "n4"));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 0);
        assertThat(server.members().members().voters()).containsExactly("n1", "n2", "n3", "n4");
        assertThat(server.members().settled()).isFalse();
        assertThat(server.directory()
                        .expectMessageClass(PeerDirectory.Seek.class)
                        .peers())
                .containsExactly("n2", "n3", "n4");
    }

    @Test
    @DisplayName("Thesis §4.1 A server falls back to the configuration before, when the latest is removed from its log")
    void truncationBringsBackTheConfigurationBefore() {
        var entry = PaperServer.reconfigured(1, simple("n1", "n2", "n3", "n4"));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 0);
        server.append(2, LogPosition.ORIGIN, PaperServer.entries(1, 2), 0);
        assertThat(server.members().members().voters()).containsExactly("n1", "n2", "n3");
    }

    @Test
    @DisplayName("§6 The configuration survives a restart")
    void configurationSurvivesARestart() {
        var entry = PaperServer.reconfigured(1, simple("n1", "n2", "n3", "n4"));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 0);
        server.restart();
        assertThat(server.members().members().voters()).containsExactly("n1", "n2", "n3", "n4");
    }

    // -- one server at a time

    @Test
    @DisplayName("Thesis §4.1 A server is added by one entry, which needs a majority of the new configuration")
    void oneVoterIsAdded() {
        leads("n2");
        TestProbe<Replica.Reply> client = server.reconfigure(addVoter("n4"));
        server.joins("n4");
        accepted(2, "n2");
        isNotCommitted(2); // Two of four.
        accepted(2, "n4");
        isCommitted(2);
        assertThat(client.expectMessageClass(Replica.Reconfigured.class)
                        .members()
                        .voters())
                .containsExactly("n1", "n2", "n3", "n4");
        assertThat(server.members().settled()).isTrue();
    }

    @Test
    @DisplayName(
            "Thesis §4.1, §6.2 Who was added has an election timeout to be heard, before its leader is without a quorum")
    void whoIsAddedHasTimeToBeHeard() {
        use(PaperServer.alone());
        server.electionTimeoutPasses();
        isCommitted(1);
        server.reconfigure(addVoter("n2"));
        server.ticksPass(server.settings.electionTicks());
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        server.ticksPass(server.settings.electionTicks());
        assertThat(server.status().role()).isNotEqualTo(Replica.Role.LEADER);
    }

    @Test
    @DisplayName("Thesis §4.1 A change is refused while another is not committed")
    void oneChangeAtATime() {
        leads("n2");
        server.reconfigure(addLearner("n4"));
        assertThat(refusal(server.reconfigure(addLearner("n5")))).isEqualTo(Refusal.CHANGE_UNDER_WAY);
        accepted(2, "n2");
        isCommitted(2);
        server.reconfigure(addLearner("n5")).expectNoMessage();
        assertThat(server.members().members().learners()).containsExactly("n4", "n5");
    }

    @Test
    @DisplayName("Thesis §4.1, as amended: a change is refused before the leader has committed an entry of its term")
    void noChangeBeforeTheFirstCommit() {
        server.becomeLeader();
        assertThat(refusal(server.reconfigure(remove("n3")))).isEqualTo(Refusal.CHANGE_UNDER_WAY);
        accepted(1, "n2");
        isCommitted(1);
        server.reconfigure(remove("n3")).expectNoMessage();
        assertThat(server.members().members().voters()).containsExactly("n1", "n2");
    }

    @Test
    @DisplayName("Thesis §4.1 A change that lost its leader may or may not come about")
    void outcomeIsUnknownWhenLeadershipIsLost() {
        leads("n2");
        TestProbe<Replica.Reply> client = server.reconfigure(remove("n3"));
        server.heartbeat(9);
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void whatCannotBeIsRefusedAndSaysWhy() {
        use(PaperServer.alone());
        server.electionTimeoutPasses();
        isCommitted(1);
        assertThat(refusal(server.reconfigure())).isEqualTo(Refusal.AMBIGUOUS);
        assertThat(refusal(server.reconfigure(remove("n1"), addVoter("n1")))).isEqualTo(Refusal.AMBIGUOUS);
        assertThat(refusal(server.reconfigure(remove("n1")))).isEqualTo(Refusal.NO_VOTER_LEFT);
        assertThat(refusal(server.reconfigure(remove("n9")))).isEqualTo(Refusal.NOT_A_MEMBER);
        assertThat(refusal(server.reconfigure(promote("n9")))).isEqualTo(Refusal.NOT_A_LEARNER);
        assertThat(refusal(server.reconfigure(addLearner("n1")))).isEqualTo(Refusal.ALREADY_MEMBER);
        var reply = server.reconfigure(addVoter("n1")).expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(reply.detail()).isEqualTo("cannot ADD_VOTER n1: voters are [n1], learners are []");
    }

    @Test
    void aFollowerPassesAChangeOnToItsLeader() {
        server.heartbeat(1);
        TestProbe<Replica.Reply> client = server.reconfigure(addLearner("n4"));
        var request = server.await("n2", RaftMessage.Forwarded.class).request();
        assertThat(request).isEqualTo(new Replica.Reconfigure(List.of(addLearner("n4")), client.getRef()));
    }

    // -- joint consensus

    private static Configuration configurationAt(AppendEntries sent, long index) {
        List<Configuration> found = new ArrayList<>();
        sent.entries().forEach((entry, at) -> {
            if (at == index && entry.payload() instanceof Entry.Reconfigure reconfigure) {
                found.add(reconfigure.configuration());
            }
        });
        return found.get(0);
    }

    /** n3 goes and n4 comes, from n1, n2, n3: two majorities decide. */
    private TestProbe<Replica.Reply> replaceN3() {
        leads("n2");
        TestProbe<Replica.Reply> client = server.reconfigure(remove("n3"), addVoter("n4"), addVoter("n5"));
        server.joins("n4");
        server.joins("n5");
        return client;
    }

    @Test
    @DisplayName("§6 While C_old,new is in force, an entry needs a majority of the old and one of the new")
    void jointNeedsBothMajorities() {
        replaceN3(); // n1, n2, n3 and n1, n2, n4, n5
        AppendEntries sent = server.await(
                "n2", AppendEntries.class, append -> append.entries().lastIndex() == 2);
        var entry = configurationAt(sent, 2);
        assertThat(entry.outgoing()).containsExactly("n1", "n2", "n3");
        assertThat(entry.voters()).containsExactly("n1", "n2", "n4", "n5");
        accepted(2, "n4", "n5");
        isNotCommitted(2); // Three of the new four, one of the old three.
        accepted(2, "n3");
        isCommitted(2); // And two of the old three.
    }

    @Test
    @DisplayName("§6 Once C_old,new is committed, C_new follows by itself, and the old majority is needed no more")
    void newFollowsJointByItself() {
        TestProbe<Replica.Reply> client = replaceN3();
        accepted(2, "n2", "n4");
        isCommitted(2);
        AppendEntries sent = server.await(
                "n4", AppendEntries.class, append -> append.entries().lastIndex() == 3);
        assertThat(configurationAt(sent, 3)).isEqualTo(simple("n1", "n2", "n4", "n5"));
        client.expectNoMessage();
        accepted(3, "n4", "n5");
        isCommitted(3);
        assertThat(client.expectMessageClass(Replica.Reconfigured.class)
                        .members()
                        .voters())
                .containsExactly("n1", "n2", "n4", "n5");
    }

    @Test
    @DisplayName("§6 While C_old,new is in force, a leader needs the votes of both majorities")
    void electionWhileJoint() {
        var joint = new Configuration(nodes("n1", "n4", "n5"), nodes("n1", "n2", "n3"), nodes());
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(PaperServer.reconfigured(1, joint))), 0);
        server.joins("n4");
        server.joins("n5");
        long term = server.becomeCandidate().term();
        server.tell(new RaftMessage.VoteReply(term, "n2", true));
        server.tell(new RaftMessage.VoteReply(term, "n3", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
        server.tell(new RaftMessage.VoteReply(term, "n5", true));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
    }

    @Test
    @DisplayName("§6 A leader that finds C_old,new in its log brings the change to its end")
    void nextLeaderEndsTheChange() {
        var joint = new Configuration(nodes("n1", "n2"), nodes("n1", "n2", "n3"), nodes());
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(PaperServer.reconfigured(1, joint))), 0);
        server.becomeLeader();
        accepted(2, "n2");
        isCommitted(2);
        assertThat(server.members().members().voters()).containsExactly("n1", "n2");
        accepted(3, "n2");
        isCommitted(3);
        assertThat(server.members().settled()).isTrue();
    }

    // -- catching up

    @Test
    @DisplayName("Thesis §4.2.1 A learner receives the log, and does not count")
    void learnerDoesNotCount() {
        leads("n2");
        server.reconfigure(addLearner("n4"));
        server.joins("n4");
        server.await("n4", AppendEntries.class);
        accepted(2, "n4");
        isNotCommitted(2);
        accepted(2, "n2");
        isCommitted(2);
    }

    @Test
    @DisplayName("Thesis §4.2.1 A learner is promoted when its last round took at most an election timeout, not before")
    void learnerCatchesUpBeforePromotion() {
        leads("n2");
        server.reconfigure(addLearner("n4"));
        server.joins("n4");
        accepted(2, "n2");
        isCommitted(2);
        assertThat(refusal(server.reconfigure(promote("n4")))).isEqualTo(Refusal.NOT_CAUGHT_UP);
        for (int i = 0; i <= server.settings.electionTicks(); i++) { // Its first round takes longer.
            accepted(2, "n2");
        }
        accepted(2, "n4");
        assertThat(refusal(server.reconfigure(promote("n4")))).isEqualTo(Refusal.NOT_CAUGHT_UP);
        accepted(2, "n4", "n2"); // Its second does not.
        server.reconfigure(promote("n4")).expectNoMessage();
        assertThat(server.members().members().voters()).contains("n4");
    }

    @Test
    @DisplayName(
            "Thesis §4.2.1 Who was removed and is added anew begins anew: what it had does not count, it may be lost")
    void whoComesBackHasNothing() {
        leads("n2", "n3");
        server.reconfigure(remove("n3"));
        accepted(2, "n2", "n3");
        isCommitted(2);
        server.reconfigure(addLearner("n3"));
        accepted(3, "n2");
        isCommitted(3);
        assertThat(refusal(server.reconfigure(promote("n3")))).isEqualTo(Refusal.NOT_CAUGHT_UP);
        server.sentTo("n3");
        accepted(3, "n3", "n2");
        server.reconfigure(promote("n3")).expectNoMessage();
        assertThat(server.members().members().voters()).contains("n3");
    }

    @Test
    @DisplayName("Thesis §4.2.1 A learner does not stand for election, also when told to")
    void learnerDoesNotStand() {
        var entry = PaperServer.reconfigured(1, new Configuration(nodes("n2", "n3"), nodes(), nodes("n1")));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 1);
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        server.tell(new TimeoutNow(1, "n2"));
        for (int i = 0; i < 3; i++) {
            server.electionTimeoutPasses();
        }
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        server.peer("n2").expectNoMessage();
    }

    @Test
    @DisplayName("Thesis §4.2.1 A learner that was promoted and has not heard of it votes when it is asked")
    void promotedLearnerMustVote() {
        var entry = PaperServer.reconfigured(1, new Configuration(nodes("n2", "n3"), nodes(), nodes("n1")));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 1);
        server.electionTimeoutPasses();
        assertThat(server.preVote(2, "n3", new LogPosition(2, 1)).granted()).isTrue();
        assertThat(server.requestVote(2, "n3", new LogPosition(2, 1)).granted()).isTrue();
    }

    @Test
    @DisplayName(
            "Thesis §4.1 A server that joins begins with nothing, learns from a leader that it does not know, and is silent")
    void joiningServerOnlyLearns() {
        use(PaperServer.joining("n2", "n3"));
        server.electionTimeoutPasses();
        assertThat(server.members().members().voters()).isEmpty();
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        server.peer("n2").expectNoMessage();
        var added = PaperServer.reconfigured(1, new Configuration(nodes("n2", "n3"), nodes(), nodes("n1")));
        var reply = server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(PaperServer.entry(1, "a"), added)), 2);
        assertThat(reply).isInstanceOf(AppendAccepted.class);
        Awaitility.await().until(() -> server.histories.of("n1"), List.of("a")::equals);
        assertThat(server.members().members().learners()).containsExactly("n1");
        server.restart();
        assertThat(server.members().members().learners()).containsExactly("n1");
    }

    // -- who is removed

    @Test
    @DisplayName(
            "Thesis §4.2.2 A leader that removes itself does not count itself, and steps down when C_new is committed")
    void removedLeaderStepsDown() {
        leads("n2");
        long term = server.status().term();
        TestProbe<Replica.Reply> client = server.reconfigure(remove("n1"));
        accepted(2, "n2");
        isNotCommitted(2); // n2 and n3 decide.
        accepted(2, "n3");
        isCommitted(2);
        client.expectMessageClass(Replica.Reconfigured.class);
        assertThat(server.await("n2", TimeoutNow.class).term()).isEqualTo(term);
        assertThat(server.propose("late")
                        .expectMessageClass(Replica.Rejected.class)
                        .reason())
                .isEqualTo(Replica.Reason.NO_LEADER);
        server.ticksPass(server.settings.electionTicks() + 1);
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        server.electionTimeoutPasses();
        assertThat(server.status().term()).isEqualTo(term);
    }

    @Test
    @DisplayName("Thesis §4.2.2 A server without a vote in what is not committed yet stands: the others may need it")
    void removedServerStandsUntilItsRemovalIsCommitted() {
        var entry = PaperServer.reconfigured(1, simple("n2", "n3"));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 0);
        server.electionTimeoutPasses();
        server.await("n2", PreVote.class);
        assertThat(server.status().role()).isEqualTo(Replica.Role.CANDIDATE);
        server.tell(new RaftMessage.PreVoteReply(2, "n2", true));
        assertThat(server.status().term()).as("its own support does not count").isEqualTo(1);
        server.tell(new RaftMessage.PreVoteReply(2, "n3", true));
        assertThat(server.await("n3", RequestVote.class).term()).isEqualTo(2);
    }

    @Test
    @DisplayName("Thesis §4.2.3 A server that is removed and has not heard of it disturbs nobody")
    void removedServerDoesNotDisrupt() {
        var entry = PaperServer.reconfigured(1, simple("n1", "n2"));
        server.append(1, LogPosition.ORIGIN, LogSlice.of(1, List.of(entry)), 1);
        assertThat(server.preVote(2, "n3", new LogPosition(9, 1)).granted()).isFalse();
        server.tell(new RequestVote(7, "n3", new LogPosition(9, 1), false, server.stranger.getRef()));
        server.stranger.expectNoMessage();
        assertThat(server.status().term()).isEqualTo(1);
        assertThat(server.status().leader()).contains("n2");
    }

    @Test
    @DisplayName("Thesis §4.2.2 The leader tells a removed server that it is, and then leaves it alone")
    void removedServerHearsOfIt() {
        leads("n2");
        server.reconfigure(remove("n3"));
        accepted(2, "n2");
        isCommitted(2);
        server.heartbeatIntervalPasses();
        AppendEntries told = server.await("n3", AppendEntries.class, append -> append.leaderCommit() == 2);
        told.replyTo().tell(new AppendAccepted(told.term(), "n3", 2, told.round()));
        for (int i = 0; i <= server.settings.electionTicks() / server.settings.ticksPerHeartbeat(); i++) {
            accepted(2, "n2");
        }
        Awaitility.await().untilAsserted(() -> server.peer("n3").expectNoMessage(Duration.ofMillis(200)));
        accepted(2, "n2");
        server.peer("n3").expectNoMessage(Duration.ofMillis(200));
    }

    @Test
    @DisplayName("§6 A removed server's vote and copy count no more")
    void removedServerDoesNotCount() {
        leads("n2");
        server.reconfigure(remove("n3"));
        server.propose("c");
        accepted(3, "n3");
        isNotCommitted(2);
        accepted(3, "n2");
        isCommitted(3);
    }

    @Test
    @DisplayName("§6 A group shrinks to one, which goes on alone")
    void shrinksToOne() {
        leads("n2", "n3");
        TestProbe<Replica.Reply> client = server.reconfigure(remove("n2"), remove("n3"));
        accepted(2, "n2");
        client.expectMessageClass(Replica.Reconfigured.class);
        server.propose("alone").expectMessageClass(Replica.Applied.class);
        for (int i = 0; i < 3; i++) {
            server.electionTimeoutPasses();
        }
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
    }

    @Test
    @DisplayName("§7 A snapshot carries the configuration as of its last entry")
    void snapshotCarriesTheConfiguration() {
        use(PaperServer.ofThree("troupe.raft.snapshot-entries = 3\ntroupe.raft.retained-entries = 0"));
        leads("n2");
        server.reconfigure(addLearner("n4"));
        server.propose("c");
        accepted(3, "n2");
        Awaitility.await().until(() -> server.status().snapshotIndex() == 3);
        server.joins("n4");
        accepted(3, "n2");
        InstallSnapshot sent = server.await("n4", InstallSnapshot.class);
        assertThat(sent.snapshot().configuration())
                .isEqualTo(new Configuration(nodes("n1", "n2", "n3"), nodes(), nodes("n4")));
    }
}
