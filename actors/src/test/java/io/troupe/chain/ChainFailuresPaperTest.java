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
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Failures and epochs, beside van Renesse and Schneider's paper (OSDI 2004, §3); one server of it. */
class ChainFailuresPaperTest extends PaperChain {

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
        Connect first = server.await("n1", Connect.class, connect -> connect.epoch() == 2);
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
        server.failNextWrite();
        server.propose("b");
        assertThat(server.await("n2", Forward.class).updates()).isEqualTo(updates(1, 2, "b"));
        server.awaitEnd();
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
        Forward next = server.await(
                "n2", Forward.class, forward -> !forward.updates().isEmpty()); // Others say how much is durable.
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
}
