package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static io.troupe.chain.PaperServer.updates;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Confirm;
import io.troupe.chain.ChainMessage.Confirmed;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Offer;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Failures, epochs and joins, beside van Renesse and Schneider's paper (OSDI 2004, §3); one server of it. */
class ChainFailuresPaperTest {

    private static final Duration A_WHILE = Duration.ofMillis(100);

    private PaperServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** The place that the rule is about: n1 is the head, n3 the tail. */
    private void be(String node) {
        stop();
        server = new PaperServer(node);
    }

    // -- failures (§3)

    @Test
    @DisplayName("§3 A server that is silent is reported to the master")
    void whoIsSilentIsReported() {
        be("n2");
        Duration half = server.settings.failureTimeout().dividedBy(2);
        for (int i = 0; i < 12; i++) { // Whom it has never heard may be starting: five times as long.
            server.tell(new Heartbeat(FOUNDING, 1, "n1", 0, 0));
            server.pass(half);
        }
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.REMOVE, "n3"));
    }

    @Test
    @DisplayName(
            "§3 One master decides: of two changes asked for in one epoch the first is made, and servers are told once")
    void theMasterMakesOneChangeAnEpoch() {
        List<Configuration> decided = new ArrayList<>();
        Master master = new Master(List.of("n1", "n2", "n3"), decided::add);
        master.apply(1, new MasterCommand(MasterCommand.Kind.REMOVE, 1, "n1").toBytes());
        master.apply(2, new MasterCommand(MasterCommand.Kind.REMOVE, 1, "n2").toBytes());
        master.apply(3, new MasterCommand(MasterCommand.Kind.REMOVE, 1, "n1").toBytes());
        assertThat(decided).containsExactly(new Configuration(2, List.of("n2", "n3"), Optional.empty()));
    }

    @Test
    @DisplayName("§3 Failure of the head: its successor is the head, with what it has, and goes on from there")
    void theNextIsHead() {
        be("n2");
        server.forward(1, 0, updates(1, 1, "a"));
        server.lead(FOUNDING.without("n1"));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        server.connects("n3", 2, 0, 0);
        server.propose("b");
        List<Update> forwarded = server.awaitUpdates("n3", 2);
        assertThat(forwarded.get(0)).isEqualTo(updates(1, 1, "a").updates().get(0));
        assertThat(forwarded.get(1)).isEqualTo(updates(2, 2, "b").updates().get(0));
    }

    @Test
    @DisplayName(
            "§3 What a failed head had not forwarded to anybody has not happened: a server that comes back drops it")
    void whatNobodyElseHasIsDropped() {
        be("n2");
        server.forward(1, 0, updates(1, 1, "a", "b"));
        server.enter(FOUNDING.without("n3"), 1, 1);
        server.sentTo("n1", Heartbeat.class); // Those of before.
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n1", Heartbeat.class).last()).isEqualTo(1);
    }

    @Test
    @DisplayName("§3 Failure of the tail: its predecessor is the tail; what is in its Sent is stable, and it replies")
    void thePredecessorIsTail() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        server.await("n3", Forward.class);
        server.via.expectNoMessage(A_WHILE);
        server.enter(FOUNDING.without("n3"), 1, 1);
        server.saysDurable(2, 1);
        assertThat(server.via.receiveMessage().replies()).hasSize(1);
        assertThat(server.status().commitIndex()).isEqualTo(1);
    }

    @Test
    @DisplayName("§3 Failure in the middle, message 2: the successor tells its new predecessor what it has")
    void theSuccessorTellsWhatItHas() {
        be("n3");
        server.forward(1, 0, updates(1, 1, "a"));
        server.via.receiveMessage();
        server.decide(FOUNDING.without("n2"));
        Connect connect = server.await("n1", Connect.class);
        assertThat(connect.epoch()).isEqualTo(2);
        assertThat(connect.stable()).isEqualTo(1);
    }

    @Test
    @DisplayName("and says so again when it is not answered soon, and takes the answer to either")
    void theSuccessorTellsItAgain() {
        be("n3");
        server.pass(server.settings.lease().plusMillis(1));
        server.decide(FOUNDING.without("n2"));
        Connect first = server.await("n1", Connect.class);
        while (first.epoch() != 2) {
            first = server.await("n1", Connect.class);
        }
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n1", Connect.class)).isEqualTo(first);
    }

    @Test
    @DisplayName(
            "§3 Failure in the middle, message 4: the predecessor sends what of Sent the new successor has not, before"
                    + " anything new")
    void theRestOfSentIsSent() {
        be("n1");
        TestProbe<Replica.Reply> client = server.propose("a");
        server.propose("b");
        server.lead(FOUNDING.without("n2"));
        server.propose("c");
        server.pass(server.settings.heartbeatInterval()); // Two batches are on their way, which are all that may be.
        server.connects("n3", 2, 1, 1); // n3 has a, by n2 that failed.
        List<Update> forwarded = new ArrayList<>();
        while (forwarded.size() < 2) {
            Forward forward = server.await("n3", Forward.class);
            assertThat(forward.updates().first()).isGreaterThan(1);
            forwarded.addAll(forward.updates().updates());
        }
        assertThat(forwarded.get(0)).isEqualTo(updates(1, 2, "b").updates().get(0));
        assertThat(forwarded.get(1)).isEqualTo(updates(2, 3, "c").updates().get(0));
        server.tell(new Stable(2, 3));
        client.expectMessageClass(Replica.Applied.class);
    }

    @Test
    @DisplayName(
            "§3 A head that lives and is taken for failed tells who waits that it does not know what becomes of it")
    void whoWaitsAtAHeadThatIsLeftOutIsTold() {
        be("n1");
        TestProbe<Replica.Reply> client = server.propose("a");
        server.decide(FOUNDING.without("n2"));
        client.expectNoMessage(A_WHILE); // It is the head of n1 and n3 now.
        server.decide(FOUNDING.without("n2").ledBy("n3"));
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
    }

    // -- epochs: what takes the place of fail-stop

    @Test
    @DisplayName("An old head is fenced: its updates are not taken in a later epoch")
    void anOldHeadIsFenced() {
        be("n2");
        server.lead(FOUNDING.without("n1"));
        server.forward(1, 0, updates(1, 1, "a"));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n3", Heartbeat.class)).isNotEmpty().allMatch(beat -> beat.last() == 0);
        assertThat(server.sentTo("n1", Ack.class)).allMatch(ack -> ack.epoch() == 1 && ack.received() == 0);
    }

    @Test
    @DisplayName("An old tail is fenced: who has heard of a later epoch does not confirm it, and counts none of its"
            + " acknowledgements")
    void anOldTailIsFenced() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        server.decide(FOUNDING.without("n3"));
        server.tell(new Confirm(1, "n3", 9));
        server.tell(new Ack(1, "n3", 1, 1));
        assertThat(server.sentTo("n3", Confirmed.class)).isEmpty();
        assertThat(server.status().commitIndex()).isZero();
    }

    @Test
    @DisplayName("A tail that learns that it was left out answers no more")
    void whoIsLeftOutAnswersNoMore() {
        be("n3");
        server.resumed();
        TestProbe<Replica.Reply> reader = server.read(ReadConsistency.LINEARIZABLE);
        Confirm asked = server.await("n1", Confirm.class);
        server.decide(FOUNDING.without("n3"));
        server.tell(new Confirmed(1, "n1", asked.round(), 0));
        server.tell(new Confirmed(1, "n2", asked.round(), 0));
        assertThat(reader.expectMessageClass(Replica.Rejected.class).reason()).isEqualTo(Replica.Reason.NO_LEADER);
    }

    @Test
    @DisplayName("An epoch is entered durably: a server that restarts acts in no earlier one")
    void anEpochIsNotForgotten() {
        be("n2");
        server.lead(FOUNDING.without("n1"));
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEADER);
        server.restart();
        assertThat(server.status().term()).isEqualTo(2);
        server.forward(1, 0, updates(1, 1, "a"));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n3", Heartbeat.class)).isNotEmpty().allMatch(beat -> beat.last() == 0);
    }

    @Test
    @DisplayName(
            "§3 Fail-stop within an epoch: a server that restarts, and may have forgotten what others have, acts in a"
                    + " later one, which it asks for")
    void whoComesBackBeginsAnew() {
        be("n1");
        server.connects("n2", 1, 0, 0);
        server.propose("a");
        assertThat(server.await("n2", Forward.class).updates()).isEqualTo(updates(1, 1, "a"));
        assertThat(server.await("n2", Forward.class).durable()).isEqualTo(1);
        server.disk.failNextPersisted(server.journal());
        server.propose("b");
        assertThat(server.await("n2", Forward.class).updates()).isEqualTo(updates(1, 2, "b"));
        server.awaitFall();
        server.restart();
        assertThat(server.status().role()).isEqualTo(Replica.Role.FOLLOWER);
        assertThat(server.propose("c")
                        .expectMessageClass(Replica.Rejected.class)
                        .reason())
                .isEqualTo(Replica.Reason.NO_LEADER);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.RENEW, "n1"));

        server.lead(FOUNDING.renewedFor("n1"));
        server.propose("c");
        server.tell(new Connect(2, "n2", 6, 0, List.of(new Position(2, 1))));
        assertThat(server.await("n2", Resume.class).agreed())
                .isEqualTo(1); // n2 drops what n1 has lost: it was not stable.
        Forward next = server.await("n2", Forward.class);
        while (next.updates().isEmpty()) { // What says how much is durable.
            next = server.await("n2", Forward.class);
        }
        assertThat(next.updates()).isEqualTo(updates(2, 2, "c"));
    }

    @Test
    @DisplayName("Also the founding epoch is entered durably: who comes back with nothing knows that it was in it")
    void theFoundingEpochIsNotForgottenEither() {
        be("n1");
        server.restart();
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.RENEW, "n1"));
    }

    // -- a disk that has lost what it held: the server is in its first life, and others have what it once sent

    private void expectToLeave() {
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.REMOVE, "n1"));
        assertThat(server.propose("z")
                        .expectMessageClass(Replica.Rejected.class)
                        .reason())
                .isEqualTo(Replica.Reason.NO_LEADER);
    }

    @Test
    @DisplayName("A head that lost its disk leaves the chain when its successor has what it never sent")
    void aHeadThatLostItsDiskLeaves() {
        be("n1");
        server.tell(new Heartbeat(FOUNDING, 1, "n2", 100, 0));
        expectToLeave();
    }

    @Test
    @DisplayName("A head that lost its disk takes nothing of its own for stable because others have as many updates")
    void whatAHeadThatLostItsDiskPutInOrderIsNotStable() {
        be("n1");
        TestProbe<Replica.Reply> client = server.propose("x");
        server.pass(server.settings.heartbeatInterval());
        server.tell(new Stable(1, 100));
        server.tell(new Heartbeat(FOUNDING, 1, "n3", 100, 100));
        assertThat(client.expectMessageClass(Replica.Rejected.class).reason())
                .isEqualTo(Replica.Reason.OUTCOME_UNKNOWN);
        client.expectNoMessage(A_WHILE);
        assertThat(server.status().commitIndex()).isZero();
        expectToLeave();
    }

    @Test
    @DisplayName("A head that lost its disk agrees with nobody on what it has put in order since")
    void aHeadThatLostItsDiskAgreesWithNobody() {
        be("n1");
        server.propose("x");
        server.pass(server.settings.heartbeatInterval());
        server.tell(new Connect(1, "n2", 5, 1, List.of()));
        expectToLeave();
        assertThat(server.sentTo("n2", Resume.class)).isEmpty();
    }

    @Test
    @DisplayName("What a head that lost its disk has put in order since is dropped before it joins anew")
    void whatAHeadThatLostItsDiskPutInOrderIsDropped() {
        be("n1");
        server.propose("x");
        server.pass(server.settings.heartbeatInterval());
        server.tell(new Heartbeat(FOUNDING, 1, "n2", 1, 0));
        Configuration without = FOUNDING.without("n1");
        server.decide(without.renewedFor("n2").withJoining("n1"));
        Connect connect = server.await("n3", Connect.class);
        assertThat(connect.stable()).isZero();
        assertThat(connect.ends()).isEmpty();
        server.restart();
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n2", Heartbeat.class)).last().matches(beat -> beat.last() == 0);
    }

    @Test
    @DisplayName("A server that lost its disk enters no epoch that still has it in the chain")
    void whoLostItsDiskEntersNoEpochOfTheChain() {
        be("n1");
        server.tell(new Heartbeat(FOUNDING, 1, "n2", 100, 0));
        server.pass(server.settings.lease().plusMillis(1));
        Configuration renewed = FOUNDING.renewedFor("n3");
        server.decide(renewed);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        MasterCommand asked = server.awaitMasterCommand();
        while (asked.epoch() != renewed.epoch()) {
            asked = server.awaitMasterCommand();
        }
        assertThat(asked).isEqualTo(MasterCommand.in(renewed, MasterCommand.Kind.REMOVE, "n1"));
    }

    @Test
    @DisplayName(
            "A server that was told that its data is lost leaves the chain before anybody asks, also after a crash")
    void whoWasToldThatItsDataIsLostLeaves() {
        server = PaperServer.thatHasLostItsData("n1");
        assertThat(server.status().role()).isEqualTo(Replica.Role.LEARNER);
        expectToLeave();
        server.restart();
        expectToLeave();
        Configuration without = FOUNDING.without("n1");
        server.decide(without);
        server.pass(server.settings.heartbeatInterval());
        MasterCommand asked = server.awaitMasterCommand();
        while (asked.epoch() != without.epoch()) {
            asked = server.awaitMasterCommand();
        }
        assertThat(asked).isEqualTo(MasterCommand.in(without, MasterCommand.Kind.JOIN, "n1"));
    }

    @Test
    @DisplayName("A server between others that lost its disk leaves the chain when one below has what it never sent")
    void whoIsBetweenLeavesToo() {
        be("n2");
        server.tell(new Heartbeat(FOUNDING, 1, "n3", 100, 100));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.REMOVE, "n2"));
    }

    @Test
    @DisplayName("Under a lease that it granted a server goes on to no chain without the holder")
    void aLeaseIsKept() {
        be("n2");
        server.tell(new Confirm(1, "n3", 1));
        server.await("n3", Confirmed.class);
        server.decide(FOUNDING.without("n3"));
        assertThat(server.sentTo("n1", Connect.class)).isEmpty();
        server.pass(server.settings.lease().plusMillis(1));
        assertThat(server.await("n1", Connect.class).epoch()).isEqualTo(2);
    }

    @Test
    @DisplayName("A server that comes back keeps the lease that it may have granted before")
    void aLeaseOutlivesItsGrantor() {
        be("n2");
        server.pass(server.settings.lease().plusMillis(1));
        server.restart();
        server.decide(FOUNDING.without("n3"));
        server.pass(server.settings.lease().minusMillis(1));
        assertThat(server.sentTo("n1", Connect.class))
                .extracting(Connect::epoch)
                .doesNotContain(2L);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n1", Connect.class).epoch()).isEqualTo(2);
    }

    @Test
    @DisplayName("Who joins goes on to no chain without who may hold a lease of before that")
    void whoJoinsKeepsALeaseOfBefore() {
        be("n3");
        server.pass(server.settings.lease().plusMillis(1));
        server.decide(FOUNDING.without("n3"));
        server.enter(joining(), 0, 0);
        server.decide(joining().extendedBy("n3").without("n1").without("n2"));
        server.pass(server.settings.lease().minusMillis(1));
        assertThat(server.status().role()).isNotEqualTo(Replica.Role.LEADER);
        server.pass(Duration.ofMillis(1).plus(server.settings.heartbeatInterval()));
        server.awaitHead();
    }

    @Test
    @DisplayName("The lease is the tail's alone: another server that asks takes none, and does not end the tail's")
    void othersTakeNoLease() {
        be("n2");
        server.tell(new Confirm(1, "n3", 1));
        server.tell(new Confirm(1, "n1", 1));
        server.await("n1", Confirmed.class);
        server.decide(FOUNDING.without("n3"));
        assertThat(server.sentTo("n1", Connect.class)).isEmpty();

        be("n2");
        server.pass(server.settings.lease()); // It began with one for the tail of before.
        server.tell(new Confirm(1, "n1", 1));
        server.await("n1", Confirmed.class);
        server.decide(FOUNDING.without("n1"));
        server.awaitHead();
    }

    @Test
    @DisplayName(
            "While all others grant it a lease the tail answers lease reads alone; when it has run out it asks again")
    void aLeaseEnds() {
        be("n3");
        server.resumed();
        server.read(ReadConsistency.LEASE);
        Confirm asked = server.await("n1", Confirm.class);
        server.tell(new Confirmed(1, "n1", asked.round(), 0));
        server.tell(new Confirmed(1, "n2", asked.round(), 0));
        server.read(ReadConsistency.LEASE).expectMessageClass(Replica.Answered.class);
        server.sentTo("n1", Confirm.class);
        server.pass(server.settings.leaseAtHolder());
        server.sentTo("n1", Confirm.class); // It tries to keep it, and nobody confirms.
        TestProbe<Replica.Reply> late = server.read(ReadConsistency.LEASE);
        late.expectNoMessage(A_WHILE);
    }

    // -- extending a chain (§3)

    private static Configuration joining() {
        return FOUNDING.without("n3").withJoining("n3");
    }

    @Test
    @DisplayName("§3 A server that is in no chain asks to join it")
    void whoIsOutAsksToJoin() {
        be("n2");
        server.decide(FOUNDING.without("n2"));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(new MasterCommand(MasterCommand.Kind.JOIN, 2, "n2"));
    }

    @Test
    @DisplayName(
            "§3 The tail forwards its history to who joins, and asks the master to extend the chain when that has it all")
    void theTailBringsUpWhoJoins() {
        be("n2");
        server.forward(1, 0, updates(1, 1, "a", "b"));
        server.enter(joining(), 2, 2);
        server.pass(server.settings.heartbeatInterval());
        server.master.expectNoMessage(A_WHILE);
        server.connects("n3", 3, 0, 0);
        assertThat(server.await("n3", Forward.class).updates()).isEqualTo(updates(1, 1, "a", "b"));
        server.pass(server.settings.heartbeatInterval());
        server.master.expectNoMessage(A_WHILE);
        server.tell(new Ack(3, "n3", 2, 2));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(new MasterCommand(MasterCommand.Kind.EXTEND, 3, "n3"));
    }

    @Test
    @DisplayName("§3 From when the joining server is brought up nothing is acknowledged without it")
    void theJoinerIsWaitedFor() {
        be("n2");
        server.enter(joining(), 0, 0);
        server.connects("n3", 3, 0, 0);
        server.pass(server.settings.heartbeatInterval()); // It is brought up: there is nothing that it lacks.
        server.forward(3, 0, updates(3, 1, "a"));
        server.await("n3", Forward.class);
        assertThat(server.status().commitIndex()).isZero();
        server.tell(new Ack(3, "n3", 1, 1));
        server.awaitStable(1);
    }

    @Test
    @DisplayName(
            "§3 Who is offered a snapshot of what it has says again what it has: what it said before came late, or twice")
    void whoHasMoreThanASnapshotSaysSo() {
        be("n3");
        server.enter(joining(), 0, 1);
        server.forward(3, 1, updates(3, 1, "a", "b"));
        server.sentTo("n2", Connect.class);
        var from = server.kit.createTestProbe(SnapshotReader.FetchChunk.class);
        server.tell(new Offer(3, new Position(1, 3), 10, 0, from.getRef()));
        assertThat(server.await("n2", Connect.class).ends()).containsExactly(new Position(2, 3));
        from.expectNoMessage(A_WHILE);
    }

    @Test
    @DisplayName(
            "§3 The joining server answers no queries, and as the new tail none before it has come as far as the old one")
    void theNewTailHasTheHistoryFirst() {
        be("n3");
        server.enter(joining(), 0, 1);
        server.forward(3, 0, updates(3, 1, "a"));
        server.read(ReadConsistency.LINEARIZABLE);
        assertThat(server.await("n2", Submit.class).requests()).hasSize(1); // n2 is the tail.

        server.enter(joining().extendedBy("n3"), 1, 2); // n2 has one more.
        TestProbe<Replica.Reply> reader = server.read(ReadConsistency.LINEARIZABLE);
        Confirm asked = server.await("n1", Confirm.class);
        server.tell(new Confirmed(4, "n1", asked.round(), 0));
        server.tell(new Confirmed(4, "n2", asked.round(), 0));
        reader.expectNoMessage(A_WHILE);
        server.forward(4, 0, updates(4, 2, "b"));
        reader.expectMessageClass(Replica.Answered.class);
    }
}
