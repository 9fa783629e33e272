package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static io.troupe.chain.PaperServer.updates;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Petition;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.chain.MasterCommand.Kind;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Members;
import io.troupe.replication.Replica.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Members come and go: {@link Reconfiguration}, and what it asks of one server; the founders are n1, n2, n3. */
class ChainReconfigurationTest extends PaperChain {

    private static Members members(List<String> voters, String... learners) {
        return new Members(new TreeSet<>(voters), new TreeSet<>(List.of(learners)));
    }

    /** In the founding epoch the master is told who the founders are, first. */
    private void masterIsTold() {
        var found = (Replica.Propose) server.master.receiveMessage();
        assertThat(MasterCommand.of(found.command()).founders()).isEqualTo(FOUNDING.chain());
        found.replyTo().tell(new Replica.Applied(Replica.NO_SESSION, 0, 1, found.command()));
    }

    /** The master's group is asked for the same, and answers. */
    private void masterAnswers(Replica.Reply reply, MemberChange... changes) {
        masterIsTold();
        var asked = (Replica.Reconfigure) server.master.receiveMessage();
        assertThat(asked.changes()).containsExactly(changes);
        asked.replyTo().tell(reply);
        server.status();
    }

    private static void assertRefused(TestProbe<Replica.Reply> asks, Refusal refusal, String detail) {
        var refused = asks.expectMessageClass(Replica.ReconfigureRefused.class);
        assertThat(refused.refusal()).isEqualTo(refusal);
        assertThat(refused.detail()).contains(detail);
    }

    // -- who asks

    @Test
    void whoAddsAServerIsAnsweredWhenItMayJoin() {
        be("n2");
        Members four = members(List.of("n1", "n2", "n3", "n4"));
        TestProbe<Replica.Reply> asks = server.reconfigure(MemberChange.addVoter("n4"));
        masterAnswers(new Replica.Reconfigured(four), MemberChange.addVoter("n4"));
        asks.expectNoMessage(A_WHILE);
        server.decide(FOUNDING.ofMembers(four));
        assertThat(asks.receiveMessage()).isEqualTo(new Replica.Reconfigured(four));
        assertThat(server.directory().receiveMessage())
                .isEqualTo(new PeerDirectory.Seek("g", new TreeSet<>(List.of("n1", "n3", "n4"))));
    }

    @Test
    void whoRemovesAServerIsAnsweredWhenItIsOutOfTheChainAndMayBeStopped() {
        be("n2");
        Members two = members(List.of("n1", "n2"));
        server.forward(1, 1, updates(1, 1, "n3 goes"));
        server.awaitStable(1);
        TestProbe<Replica.Reply> asks = server.reconfigure(MemberChange.remove("n3"));
        assertThat(server.await("n3", Stable.class).index()).isEqualTo(1);
        masterAnswers(new Replica.Reconfigured(two), MemberChange.remove("n3"));
        asks.expectNoMessage(A_WHILE);
        server.decide(FOUNDING.ofMembers(two));
        assertThat(asks.receiveMessage()).isEqualTo(new Replica.Reconfigured(two));
    }

    @Test
    void aServerIsReplacedInOneChange() {
        be("n1");
        Members others = members(List.of("n1", "n2", "n4"));
        MemberChange[] changes = {MemberChange.remove("n3"), MemberChange.addVoter("n4")};
        TestProbe<Replica.Reply> asks = server.reconfigure(changes);
        masterAnswers(new Replica.Reconfigured(others), changes);
        server.lead(FOUNDING.ofMembers(others));
        assertThat(asks.receiveMessage()).isEqualTo(new Replica.Reconfigured(others));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
    }

    @Test
    void theMastersGroupsRefusalIsTheAnswer() {
        be("n2");
        TestProbe<Replica.Reply> asks = server.reconfigure(MemberChange.remove("n9"));
        masterAnswers(
                new Replica.ReconfigureRefused(Refusal.NOT_A_MEMBER, "n9 is no member"), MemberChange.remove("n9"));
        assertRefused(asks, Refusal.NOT_A_MEMBER, "n9");
        server.reconfigure(MemberChange.remove("n3"));
        masterAnswers(new Replica.Reconfigured(members(List.of("n1", "n2"))), MemberChange.remove("n3"));
    }

    @Test
    void whatCannotBeIsRefusedAndSaysWhy() {
        be("n2");
        assertRefused(server.reconfigure(MemberChange.addWitness("n4")), Refusal.UNSUPPORTED, "no witnesses");
        assertRefused(
                server.reconfigure(
                        MemberChange.remove("n1"),
                        MemberChange.remove("n2"),
                        MemberChange.remove("n3"),
                        MemberChange.addVoter("n4")),
                Refusal.NO_VOTER_LEFT,
                "[n1, n2, n3]");
        server.reconfigure(MemberChange.remove("n3"));
        assertRefused(server.reconfigure(MemberChange.remove("n1")), Refusal.CHANGE_UNDER_WAY, "at n2");
    }

    @Test
    void whatNobodyAnswersMayHaveBeenDone() {
        be("n2");
        TestProbe<Replica.Reply> asks = server.reconfigure(MemberChange.remove("n3"));
        server.status(); // It has asked by then.
        server.pass(server.settings.failureTimeout().multipliedBy(5));
        assertThat(asks.expectMessageClass(Replica.Rejected.class).reason()).isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
    }

    @Test
    void whatTheChainDoesNotFollowInTimeIsSaidToBeOpen() {
        be("n2");
        TestProbe<Replica.Reply> asks = server.reconfigure(MemberChange.remove("n3"));
        masterAnswers(new Replica.Reconfigured(members(List.of("n1", "n2"))), MemberChange.remove("n3"));
        for (int i = 0; i < 6 * server.settings.failureTicks(); i++) {
            server.pass(server.settings.heartbeatInterval());
        }
        assertThat(asks.expectMessageClass(Replica.Rejected.class).detail()).contains("the chain is", "n3");
    }

    @Test
    void whoeverIsAskedSaysWhoTheMembersAre() {
        be("n2");
        server.decide(FOUNDING.without("n3"));
        assertThat(listed()).isEqualTo(members(List.of("n1", "n2", "n3")));
        Members others = members(List.of("n1", "n2"), "n4");
        server.decide(FOUNDING.without("n3").ofMembers(others));
        assertThat(listed()).isEqualTo(others);
    }

    private Members listed() {
        return server.members().members();
    }

    // -- who is added

    @Test
    void aNewServerAsksToJoinWhenItIsAMemberAndIsBroughtUp() {
        be("n4");
        server.pass(server.settings.heartbeatInterval());
        server.master.expectNoMessage(A_WHILE);
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);

        Configuration four = FOUNDING.ofMembers(members(List.of("n1", "n2", "n3", "n4")));
        server.decide(four);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(new MasterCommand(Kind.JOIN, 2, "n4"));

        server.enter(four.withJoining("n4"), 0, 0);
        server.forward(3, 0, updates(3, 1, "a"));
        assertThat(server.await("n3", Ack.class).epoch()).isEqualTo(3);
        server.enter(four.withJoining("n4").extendedBy("n4"), 1, 1);
        assertThat(server.status().role()).isEqualTo(Replica.Role.FOLLOWER);
        server.restart();
        assertThat(server.status().term()).isEqualTo(4);
    }

    @Test
    void aLearnerReceivesAllAndNobodyWaitsForIt() {
        be("n3");
        Configuration learning =
                FOUNDING.ofMembers(members(List.of("n1", "n2", "n3"), "n4")).withJoining("n4");
        server.joins("n4");
        server.enter(learning, 0, 0);
        server.connects("n4", 3, 0, 0);
        server.pass(server.settings.heartbeatInterval());
        server.forward(3, 0, updates(3, 1, "a"));
        assertThat(server.await("n4", Forward.class).updates()).isEqualTo(updates(3, 1, "a"));
        server.awaitStable(1);
        server.tell(new Ack(3, "n4", 1, 1));
        server.pass(server.settings.heartbeatInterval());
        server.master.expectNoMessage(A_WHILE);
    }

    // -- who is removed

    @Test
    void whoWasRemovedIsToldWhenItIsHeardAgain() {
        be("n1");
        server.lead(FOUNDING.ofMembers(members(List.of("n1", "n2"))));
        server.sentTo("n3", Heartbeat.class);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n3", Heartbeat.class)).isEmpty();
        server.tell(new Heartbeat(FOUNDING, 1, "n3", 0, 0));
        assertThat(server.await("n3", Heartbeat.class).configuration().epoch()).isEqualTo(2);
        assertThat(soughtNext()).containsExactly("n2");
        assertThat(soughtNext()).as("it may have been started again").containsExactly("n2", "n3");
        server.tell(new Heartbeat(FOUNDING.ofMembers(members(List.of("n1", "n2"))), 1, "n3", 0, 0));
        assertThat(soughtNext()).as("it knows").containsExactly("n2");
    }

    private SortedSet<String> soughtNext() {
        return server.directory().expectMessageClass(PeerDirectory.Seek.class).peers();
    }

    @Test
    void whoWasRemovedDoesNotAskToJoinAndKnowsOfNoHead() {
        be("n3");
        assertThat(server.status().leader()).contains("n1");
        server.decide(FOUNDING.ofMembers(members(List.of("n1", "n2"))));
        server.pass(server.settings.heartbeatInterval());
        server.master.expectNoMessage(A_WHILE);
        assertThat(server.status().leader()).isEmpty();
        server.sentTo("n1", Heartbeat.class);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n1", Heartbeat.class)).isEmpty();
    }

    @Test
    void whoHasTheStateAloneStaysUntilAMemberHasItAndAsksTheMasterByWayOfIt() {
        be("n3");
        Members others = members(List.of("n1", "n2"));
        var alone = new Configuration(2, List.of("n3"), Optional.empty(), Optional.of(others));
        server.lead(alone);
        server.lead(alone.withJoining("n1"));
        server.connects("n1", 3, 0, 0);
        server.pass(server.settings.heartbeatInterval());
        server.tell(new Ack(3, "n1", 0, 0));
        server.pass(server.settings.heartbeatInterval());
        var extend = new MasterCommand(Kind.EXTEND, 3, "n1");
        assertThat(MasterCommand.of(server.await("n1", Petition.class).command()))
                .isEqualTo(extend);
        stop();

        be("n1");
        server.tell(new Petition(extend.toBytes()));
        assertThat(server.awaitMasterCommand()).isEqualTo(extend);
    }
}
