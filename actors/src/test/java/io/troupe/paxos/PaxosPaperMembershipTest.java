package io.troupe.paxos;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Fetch;
import io.troupe.paxos.PaxosMessage.Learned;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who decides, and how that changes, beside Paxos Made Simple (§), Paxos Made Live ("Live §") and Flexible Paxos. */
class PaxosPaperMembershipTest {

    private static final Ballot OF_N2 = new Ballot(1, "n2");
    private static final Membership OF_THREE = Membership.founding(new TreeSet<>(List.of("n1", "n2", "n3")), 0, 4);

    private static final Decree NO_OP = new Decree.NoOp();

    private PaperServer n1 = new PaperServer("troupe.paxos { window = 4, max-batches-under-way = 100 }");

    @AfterEach
    void stop() {
        n1.close();
    }

    @Test
    @DisplayName("§3: what instance i decides about the members is in force from i + α on, and no-ops bring it there")
    void membersChangeByAlpha() {
        Ballot ballot = n1.becomeLeader();
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.remove("n3"));
        Accept change = n1.awaitProposal("n2");
        assertThat(change.decrees().get(1)).isInstanceOf(Decree.Reconfigure.class);
        n1.answer(change, "n2");
        Accept noOps = n1.awaitProposal("n2");
        assertThat(noOps.decrees().decrees()).containsExactly(NO_OP, NO_OP, NO_OP);
        n1.tell(new Accepted(ballot, new Voter("n3", 0), 2, 4, 0, 0)); // It decides still.
        assertThat(((Replica.Reconfigured) client.receiveMessage()).members().voters())
                .containsExactly("n1", "n2");
        var alone = n1.propose("x");
        Accept next = n1.awaitProposal("n2");
        n1.tell(new Accepted(ballot, new Voter("n3", 0), 5, 5, 0, 0)); // It does no more.
        alone.expectNoMessage(Duration.ofMillis(100));
        n1.answer(next, "n2");
        alone.expectMessageClass(Replica.Applied.class);
    }

    private static Decree to(Membership membership) {
        return new Decree.Reconfigure(membership);
    }

    /** By n3, who has voted for it; then the no-ops. */
    private void decideOpenInstances() {
        n1.answer(n1.awaitProposal("n3"), "n3");
        n1.answer(n1.awaitProposal("n3"), "n3");
        n1.stranger.awaitAssert(() -> assertThat(n1.status().commitIndex()).isEqualTo(4));
    }

    @Test
    @DisplayName("§3: a leader that may not know the last change readmits nobody: n2 is removed, and stays so")
    void readmitsWhenItKnowsWhatIsDecided() {
        Prepare prepare = n1.becomeCandidate();
        n1.promise(prepare, "n3", 0, new Vote(1, OF_N2, to(OF_THREE.without("n2"))));
        n1.tell(new Readmit(new Voter("n2", 77)));
        decideOpenInstances();
        assertThat(n1.members().members().voters()).containsExactly("n1", "n3");
        assertThat(n1.sentTo("n3")).allMatch(sent -> !proposesMembers(sent));
    }

    private static boolean proposesMembers(PaxosMessage message) {
        return message instanceof Accept accept
                && accept.decrees().decrees().stream().anyMatch(Decree.Reconfigure.class::isInstance);
    }

    @Test
    @DisplayName("§3: a leader that knows the last change readmits who asks, under his new token")
    void readmits() {
        n1.becomeLeader();
        n1.tell(new Readmit(new Voter("n3", 77)));
        assertThat(n1.awaitProposal("n2").decrees().decrees()).containsExactly(to(OF_THREE.with("n3", 77)));
    }

    @Test
    @DisplayName("§3: a change by who did not know the one before it, decided before that is in force, undoes nothing")
    void oneChangeAtATime() {
        Prepare prepare = n1.becomeCandidate();
        n1.promise(
                prepare,
                "n3",
                0,
                new Vote(1, new Ballot(2, "n2"), to(OF_THREE.without("n2"))),
                new Vote(2, new Ballot(1, "n3"), to(OF_THREE.withLearner("n4"))));
        decideOpenInstances();
        assertThat(n1.members().members().voters()).containsExactly("n1", "n3");
        assertThat(n1.members().members().learners()).isEmpty();
    }

    @Test
    @DisplayName("§3: a leader steps down when another change is decided before the one that it was asked for")
    void makesNoChangeOfMembersThatHaveChanged() {
        n1.close();
        n1 = new PaperServer("troupe.paxos { window = 4, max-batches-under-way = 1 }");
        Ballot ballot = n1.becomeLeader();
        n1.propose("x");
        Accept first = n1.awaitProposal("n2");
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.addLearner("n4"));
        Vote older = new Vote(2, OF_N2, to(OF_THREE.without("n3")));
        n1.promise(ballot, "n3", 0, older);
        n1.answer(first, "n2");
        Accept both = n1.awaitProposal("n2");
        assertThat(both.decrees().decrees()).containsExactly(older.decree(), to(OF_THREE.withLearner("n4")));
        n1.answer(both, "n2");
        n1.pass(n1.settings.heartbeatInterval());
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
        assertThat(n1.status().role()).isEqualTo(Replica.Role.FOLLOWER);
        assertThat(n1.members().members().voters()).containsExactly("n1", "n2");
    }

    @Test
    @DisplayName("Flexible Paxos §3: a change that would leave fewer acceptors than phase 2 takes is refused")
    void keepsAsManyAcceptorsAsPhase2Takes() {
        n1.close();
        n1 = new PaperServer("troupe.paxos { window = 4, phase2-quorum = 3 }");
        n1.becomeCandidate(); // A quorum of phase 1 by itself.
        n1.answer(n1.await("n2", Accept.class), "n2");
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.remove("n3"));
        var refused = client.expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(refused.refusal()).isEqualTo(Replica.Refusal.NO_VOTER_LEFT);
        assertThat(refused.detail()).contains("3 (phase 2) of 2 acceptors");
    }

    @Test
    @DisplayName("Every member keeps what is decided: a witness is refused, and nothing is proposed for it")
    void takesNoWitness() {
        n1.becomeLeader();
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.addWitness("n4"));
        var refused = client.expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(refused.refusal()).isEqualTo(Replica.Refusal.UNSUPPORTED);
        assertThat(refused.detail()).contains("n4", PaxosEngine.NAME, "add it as a voter");
        n1.propose("x");
        assertThat(n1.awaitProposal("n2").decrees().decrees()).containsExactly(PaperServer.command("x"));
    }

    @Test
    @DisplayName("§3: a leader that learns of members asks all who decide an open instance, and not the latest alone")
    void asksEveryMembershipInForce() {
        Ballot ballot = n1.becomeLeader();
        n1.joins("n4");
        n1.promise(ballot, "n3", 5);
        n1.await("n3", Fetch.class);
        Membership founding = Membership.founding(new TreeSet<>(List.of("n1", "n2", "n3")), 0, 4);
        Membership between = Membership.founding(new TreeSet<>(List.of("n2", "n4")), 0, 4);
        n1.tell(new Learned(
                Decrees.of(
                        1,
                        List.of(
                                new Decree.Reconfigure(between),
                                NO_OP,
                                NO_OP,
                                NO_OP,
                                new Decree.Reconfigure(founding))),
                5));
        n1.pass(n1.settings.heartbeatInterval());
        assertThat(n1.await("n4", Prepare.class).ballot()).isEqualTo(ballot);
    }

    // -- α is the group's

    @Test
    @DisplayName("§3: α is the group's: who joins, at a node that founds groups with another, counts as the others do")
    void whoJoinsCountsByTheGroupsWindow() {
        Memberships joiner = Memberships.founding(Membership.founding(Set.of(), 0, 64));
        Membership withN4 = OF_THREE.withLearner("n4");
        Membership promoted = OF_THREE.with("n4", 0);
        Decrees decided = Decrees.of(3, List.of(to(withN4), NO_OP, NO_OP, NO_OP, to(promoted)));
        assertThat(joiner.learn(decided)).as("both count").isEqualTo(decided);
        assertThat(joiner.at(6).isKnown()).isFalse();
        assertThat(joiner.at(7)).isEqualTo(withN4);
        assertThat(joiner.at(10)).isEqualTo(withN4);
        assertThat(joiner.at(11)).isEqualTo(promoted);
        assertThat(joiner.asOf(6)).as("for a snapshot").containsOnlyKeys(7L);
        assertThat(joiner.asOf(7)).containsExactly(Map.entry(7L, withN4), Map.entry(11L, promoted));
    }

    @Test
    @DisplayName("§3: a node that founds groups with a smaller α now votes for all that a group's leader may propose")
    void votesAsFarAheadAsTheGroupsWindow() {
        n1.close();
        n1 = new PaperServer("troupe.paxos.window = 8");
        n1.restart("troupe.paxos.window = 1");
        Decrees eight = Decrees.of(1, Collections.nCopies(8, NO_OP));
        n1.tell(new Accept(OF_N2, eight, 0, 1, n1.peer("n2").getRef()));
        assertThat(n1.await("n2", Accepted.class).last()).isEqualTo(8);
    }

    // -- learners

    /** The learner is n4. */
    private void leadsWithALearner() {
        n1.becomeLeader();
        n1.joins("n4");
        TestProbe<Replica.Reply> client = n1.reconfigure(Replica.MemberChange.addLearner("n4"));
        n1.answer(n1.awaitProposal("n2"), "n2");
        n1.answer(n1.awaitProposal("n2"), "n2");
        client.expectMessageClass(Replica.Reconfigured.class);
    }

    private TestProbe<Replica.Reply> promote() {
        return n1.reconfigure(Replica.MemberChange.promote("n4"));
    }

    private void isNotPromoted(String why) {
        var refused = promote().expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(refused.refusal()).as(why).isEqualTo(Replica.Refusal.NOT_CAUGHT_UP);
        assertThat(refused.detail()).contains("n4");
    }

    /** A heartbeat is answered by n4, and, so that the leader goes on, by n2. */
    private void isHeard(long token, long chosenThrough) {
        n1.pass(n1.settings.heartbeatInterval());
        Accept beat = n1.await("n4", Accept.class);
        n1.answer(beat, "n2");
        n1.tell(new Accepted(beat.ballot(), new Voter("n4", token), 1, 0, beat.round(), chosenThrough));
    }

    @Test
    @DisplayName("§3: a learner is promoted when it has caught up within an election timeout, and not before")
    void learnerCatchesUpBeforePromotion() {
        leadsWithALearner();
        isNotPromoted("it was not heard");
        isHeard(0, 0);
        isNotPromoted("it knows nothing");
        for (int beat = 0; beat <= n1.settings.electionTicks(); beat++) {
            isHeard(0, 3);
        }
        isHeard(0, 4);
        isNotPromoted("it took longer than an election timeout");
        isHeard(0, 4);
        promote().expectNoMessage(Duration.ofMillis(50));
        assertThat(n1.awaitProposal("n2").decrees().decrees()).containsExactly(to(OF_THREE.with("n4", 0)));
    }

    @Test
    @DisplayName(
            "§3: a learner that had caught up is promoted no more when it is heard no more, or has lost its journal")
    void learnerStaysCaughtUp() {
        leadsWithALearner();
        isHeard(0, 4);
        isHeard(77, 0);
        isNotPromoted("what it had it has lost");
        isHeard(77, 4);
        for (int beat = 0; beat < n1.settings.electionTicks(); beat++) {
            n1.pass(n1.settings.heartbeatInterval());
            n1.answer(n1.await("n4", Accept.class), "n2");
        }
        isNotPromoted("it fell silent");
    }

    @Test
    @DisplayName("Live §5.1: a learner that had lost its journal is promoted with the token that it has now")
    void promotesWithTheTokenOfNow() {
        leadsWithALearner();
        isHeard(77, 4);
        promote();
        assertThat(n1.awaitProposal("n2").decrees().decrees()).containsExactly(to(OF_THREE.with("n4", 77)));
    }
}
