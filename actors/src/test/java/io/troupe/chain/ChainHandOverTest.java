package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static io.troupe.chain.PaperServer.updates;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.chain.MasterCommand.Kind;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.Test;

/** Another server becomes the head because it is asked to: {@link HandOver}, at one server of n1, n2, n3. */
class ChainHandOverTest extends PaperChain {

    private TestProbe<Replica.Reply> transferTo(String target, boolean onlyHere) {
        TestProbe<Replica.Reply> asks = server.client();
        server.tell(new Replica.TransferLeadership(
                target.isEmpty() ? Optional.empty() : Optional.of(target), onlyHere, asks.getRef()));
        return asks;
    }

    private static void assertRejected(TestProbe<Replica.Reply> asks, Replica.Reason reason, String... details) {
        Replica.Rejected rejected = asks.expectMessageClass(Replica.Rejected.class);
        assertThat(rejected.reason()).isEqualTo(reason);
        assertThat(rejected.detail()).contains(details);
    }

    @Test
    void theMasterPutsItFirstAndWhoAskedIsTold() {
        be("n1");
        TestProbe<Replica.Reply> asks = transferTo("n3", true);
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, Kind.LEAD, "n3"));
        asks.expectNoMessage(A_WHILE);
        server.decide(FOUNDING.ledBy("n3"));
        assertThat(asks.receiveMessage()).isEqualTo(new Replica.LeadershipTransferred("n3"));
        assertThat(server.await("n3", Connect.class).epoch()).isEqualTo(2);
        assertThat(server.status().role()).isEqualTo(Replica.Role.FOLLOWER);
        assertThat(server.status().leader()).contains("n3");
    }

    @Test
    void withoutATargetTheNextInTheChainIsTaken() {
        be("n1");
        transferTo("", false);
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, Kind.LEAD, "n2"));
    }

    @Test
    void theMasterIsAskedWhenAllUpdatesAreStableAndNoneIsTakenMeanwhile() {
        be("n1");
        server.tell(new Connect(1, "n2", 5, 0, List.of()));
        server.await("n2", Resume.class);
        TestProbe<Replica.Reply> before = server.propose("a");
        server.await("n2", Forward.class);
        transferTo("n2", false);
        assertRejected(server.propose("b"), Replica.Reason.NO_LEADER, "about to be the head");
        server.master.expectNoMessage(A_WHILE);
        server.tell(new Stable(1, 1));
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, Kind.LEAD, "n2"));
        assertThat(before.receiveMessage()).isInstanceOf(Replica.Applied.class);
    }

    @Test
    void itIsAskedAgainInTheNextEpochWhenAnotherChangeCameFirst() {
        be("n1");
        TestProbe<Replica.Reply> asks = transferTo("n2", false);
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, Kind.LEAD, "n2"));
        server.decide(FOUNDING.without("n3"));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(new MasterCommand(Kind.LEAD, 2, "n2"));
        asks.expectNoMessage(A_WHILE);
    }

    @Test
    void aHeadThatIsNotRelievedInTimeGoesOn() {
        be("n1");
        TestProbe<Replica.Reply> asks = transferTo("n2", false);
        for (int i = 0; i < server.settings.failureTicks(); i++) {
            server.tell(new Heartbeat(FOUNDING, 1, "n2", 0, 0));
            server.tell(new Heartbeat(FOUNDING, 1, "n3", 0, 0));
            server.pass(server.settings.heartbeatInterval());
        }
        assertRejected(asks, Replica.Reason.NOT_TAKEN_OVER, "n2 did not take over", "n1 leads on");
        server.tell(new Connect(1, "n2", 5, 0, List.of()));
        server.propose("a");
        assertThat(server.await("n2", Forward.class).updates().last()).isEqualTo(1);
    }

    @Test
    void whatCannotBeIsRefusedAndSaysWhy() {
        be("n1");
        assertRejected(transferTo("n4", false), Replica.Reason.UNSUPPORTED, "[n2, n3]", "n4");
        assertThat(transferTo("n1", false).receiveMessage()).isEqualTo(new Replica.LeadershipTransferred("n1"));
        transferTo("n2", false);
        assertRejected(transferTo("n3", false), Replica.Reason.OVERLOADED, "n2 is to be the head already");
    }

    @Test
    void anotherServerPassesItOnUnlessItAloneIsAsked() {
        be("n2");
        assertRejected(transferTo("n3", true), Replica.Reason.NOT_LEADER, "n1 is");
        transferTo("n3", false);
        assertThat(server.await("n1", Submit.class).requests())
                .singleElement()
                .isInstanceOfSatisfying(Replica.TransferLeadership.class, transfer -> assertThat(transfer.target())
                        .contains("n3"));
    }

    @Test
    void aTailThatBecomesTheHeadHasAllThatIsStableAndGoesOnFromThere() {
        be("n3");
        server.forward(1, 0, updates(1, 1, "a", "b"));
        server.via.receiveMessage();
        server.lead(FOUNDING.ledBy("n3"));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        server.tell(new Connect(2, "n1", 5, 0, List.of()));
        assertThat(server.await("n1", Resume.class).floor()).isEqualTo(2);
        assertThat(server.await("n1", Forward.class).updates()).isEqualTo(updates(1, 1, "a", "b"));
    }

    @Test
    void whatTheNewHeadDoesNotHaveTheOldOneDrops() {
        be("n1");
        server.propose("a");
        server.enter(FOUNDING.ledBy("n2"), 0, 0);
        server.sentTo("n2", Heartbeat.class); // Those of before.
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n2", Heartbeat.class).last()).isZero();
    }

    @Test
    void whatItHadUnderWayTakesNoRoomWhenItIsTheHeadAgain() {
        server = new PaperServer("n1", "troupe.chain.max-pending-proposals = 2");
        server.propose("a");
        server.propose("b");
        assertRejected(server.propose("c"), Replica.Reason.OVERLOADED, "limit of updates under way");
        Configuration anotherLeads = FOUNDING.ledBy("n2");
        server.enter(anotherLeads, 0, 0); // It has nothing of that, and so it is dropped.
        Configuration leadsAgain = anotherLeads.ledBy("n1");
        server.lead(leadsAgain);
        server.connects("n2", leadsAgain.epoch(), 0, 0);
        server.propose("d");
        assertThat(server.awaitUpdates("n2", 1))
                .isEqualTo(updates(leadsAgain.epoch(), 1, "d").updates());
    }
}
