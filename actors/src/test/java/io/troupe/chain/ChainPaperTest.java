package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static io.troupe.chain.PaperServer.updates;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Clients;
import io.troupe.chain.ChainMessage.Confirm;
import io.troupe.chain.ChainMessage.Confirmed;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One server beside van Renesse and Schneider's paper (OSDI 2004, §3), sentence by sentence. */
class ChainPaperTest extends PaperChain {

    // -- the protocol (§3)

    @Test
    @DisplayName("§3 Update requests are processed by the head, and forwarded over reliable FIFO links, in order")
    void theHeadOrdersUpdatesAndForwardsThem() {
        be("n1");
        server.connects("n2", 1, 0, 0);
        server.propose("a");
        server.propose("b");
        assertThat(server.awaitUpdates("n2", 2))
                .isEqualTo(updates(1, 1, "a", "b").updates());
    }

    @Test
    @DisplayName("§3 Who is not the head passes updates on to it, and takes none")
    void othersPassUpdatesOn() {
        be("n2");
        server.propose("a");
        assertThat(server.await("n1", Submit.class).requests()).hasSize(1);
        assertThat(server.sentTo("n3", Forward.class)).isEmpty();
    }

    @Test
    @DisplayName("§3 An update goes to the successor beside the sync here; that it is durable here is said when it is")
    void whatIsForwardedIsNotYetDurable() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        Forward forwarded = server.await("n3", Forward.class);
        assertThat(forwarded.updates()).isEqualTo(updates(1, 1, "a"));
        assertThat(forwarded.durable()).isZero();
        assertThat(server.await("n3", Forward.class))
                .isEqualTo(new Forward(1, Updates.none(2), List.of(), 1, 0, false));

        be("n2");
        server.connects("n3", 1, 0, 0);
        server.failNextWrite();
        server.forward(1, 0, updates(1, 1, "a"));
        server.awaitEnd();
        server.restart();
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n3", Forward.class)).allMatch(forward -> forward.durable() == 0);
        assertThat(server.sentTo("n1", Ack.class)).allMatch(ack -> ack.received() == 0);
    }

    @Test
    @DisplayName(
            "§3 What says how much is durable may be lost: it is said again until the tail has said that it is stable")
    void whatIsDurableIsSaidAgain() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        var durable = new Forward(1, Updates.none(2), List.of(), 1, 0, false);
        server.await("n3", Forward.class);
        assertThat(server.await("n3", Forward.class)).isEqualTo(durable);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n3", Forward.class)).isEqualTo(durable);
        server.tell(new Stable(1, 1));
        server.awaitStable(1);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.sentTo("n3", Forward.class)).isEmpty();
    }

    @Test
    @DisplayName("§3 The tail replies when an update is durable at every server: here, and at all above it")
    void theTailWaitsForThoseAbove() {
        be("n3");
        var waiting = new Clients(server.via.getRef(), server.waiting.getRef(), 1, 1);
        server.tell(new Forward(1, updates(1, 1, "a"), List.of(waiting), 0, 0, true));
        assertThat(server.await("n2", Ack.class).received()).isEqualTo(1); // It is durable here.
        server.via.expectNoMessage(A_WHILE);
        server.saysDurable(1, 1);
        assertThat(server.via.receiveMessage().replies()).hasSize(1);
    }

    @Test
    @DisplayName("§3 Histories are prefixes of the predecessor's: what does not follow is not taken, but asked for")
    void aGapIsNotTaken() {
        be("n2");
        server.forward(1, 0, updates(1, 2, "b"));
        assertThat(server.await("n1", Connect.class).ends()).isEmpty();
        server.forward(1, 0, updates(1, 1, "a"));
        server.forward(1, 0, updates(1, 1, "a", "b"));
        server.connects("n3", 1, 0, 0);
        assertThat(server.awaitUpdates("n3", 2))
                .isEqualTo(updates(1, 1, "a", "b").updates());
    }

    @Test
    @DisplayName("§3 The tail replies to the client of another node, and nobody else")
    void theTailReplies() {
        be("n3");
        server.forward(1, 0, updates(1, 1, "a"));
        assertThat(server.via.receiveMessage().replies()).hasSize(1);

        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        server.await("n3", Forward.class);
        server.saysStable(1, 1);
        server.awaitStable(1);
        server.via.expectNoMessage(A_WHILE);

        be("n1");
        server.connects("n2", 1, 0, 0);
        server.submit("a");
        assertThat(server.await("n2", Forward.class).waiting()).hasSize(1);
        server.tell(new Stable(1, 1));
        server.awaitStable(1);
        server.via.expectNoMessage(A_WHILE);
    }

    @Test
    @DisplayName(
            "The head replies to the client of its own node, which the tail is not told of, when the tail has said that"
                    + " the update is stable")
    void theHeadRepliesToItsOwn() {
        be("n1");
        server.connects("n2", 1, 0, 0);
        TestProbe<Replica.Reply> client = server.propose("a");
        assertThat(server.await("n2", Forward.class).waiting()).isEmpty();
        assertThat(server.await("n2", Forward.class).durable()).isEqualTo(1);
        server.tell(new Ack(1, "n2", 1, 1)); // Durable below, for all it knows; but only the tail says what is stable.
        assertThat(server.status().commitIndex()).isZero();
        client.expectNoMessage(A_WHILE);
        server.tell(new Stable(1, 1));
        assertThat(client.expectMessageClass(Replica.Applied.class).index()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "§3 An acknowledgement goes from the tail to the head, which says so to those between with what it sends next;"
                    + " what it names leaves Sent at each (the Inprocess Requests Invariant)")
    void acknowledgementsTravelBack() {
        be("n3");
        server.forward(1, 0, updates(1, 1, "a"));
        assertThat(server.await("n1", Stable.class)).isEqualTo(new Stable(1, 1));

        be("n1");
        server.connects("n2", 1, 0, 0);
        server.propose("a");
        assertThat(server.await("n2", Forward.class).updates()).isEqualTo(updates(1, 1, "a"));
        assertThat(server.await("n2", Forward.class).durable()).isEqualTo(1);
        assertThat(server.status().commitIndex()).isZero();
        server.tell(new Stable(1, 1));
        server.awaitStable(1);

        be("n2");
        server.forward(1, 0, updates(1, 1, "a"));
        server.forward(1, 1, updates(1, 2, "b"));
        server.awaitStable(1);
    }

    @Test
    @DisplayName(
            "§3 An acknowledgement may be lost: servers say what is stable now and then; and who is below the sender"
                    + " does not make an update stable, the tail does")
    void acknowledgementsAreRepeated() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a"));
        Forward forwarded = server.await("n3", Forward.class);
        assertThat(forwarded.waiting()).hasSize(1); // In Sent: the client goes with it.
        server.tell(new Ack(1, "n3", 1, 1));
        assertThat(server.status().commitIndex()).isZero();
        server.sentTo("n1", Ack.class);
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.await("n1", Ack.class))
                .isEqualTo(new Ack(1, "n2", 1, 1)); // For who sends, and for who joins.
        server.tell(new Heartbeat(FOUNDING, 1, "n3", 1, 1));
        server.awaitStable(1);
    }

    @Test
    @DisplayName(
            "§3 A query sees what the tail has acknowledged: another server asks it, and answers when it has applied as"
                    + " much (CRAQ §2.3)")
    void othersReadAsFarAsTheTailHasCome() {
        be("n2");
        server.connects("n3", 1, 0, 0);
        server.forward(1, 0, updates(1, 1, "a", "b"));
        TestProbe<Replica.Reply> reader = server.read(ReadConsistency.LINEARIZABLE);
        Confirm asked = server.await("n3", Confirm.class);
        server.tell(new Confirmed(1, "n1", asked.round(), 0));
        reader.expectNoMessage(A_WHILE);
        server.tell(new Confirmed(1, "n3", asked.round(), 2));
        assertThat(reader.expectMessageClass(Replica.Answered.class).appliedIndex())
                .isEqualTo(2);
        assertThat(server.sentTo("n3", Submit.class)).isEmpty();
    }

    @Test
    @DisplayName("What comes while a server asks goes with its next round, all of it together")
    void oneRoundServesManyQueries() {
        be("n2");
        TestProbe<Replica.Reply> first = server.read(ReadConsistency.LINEARIZABLE);
        assertThat(server.await("n3", Confirm.class).round()).isEqualTo(1);
        TestProbe<Replica.Reply> second = server.read(ReadConsistency.LINEARIZABLE);
        TestProbe<Replica.Reply> third = server.read(ReadConsistency.LINEARIZABLE);
        server.tell(new Confirmed(1, "n1", 1, 0));
        server.tell(new Confirmed(1, "n3", 1, 0));
        first.expectMessageClass(Replica.Answered.class);
        assertThat(server.await("n3", Confirm.class).round()).isEqualTo(2);
        second.expectNoMessage(A_WHILE); // It came after the first round had begun.
        server.tell(new Confirmed(1, "n1", 2, 0));
        server.tell(new Confirmed(1, "n3", 2, 0));
        second.expectMessageClass(Replica.Answered.class);
        third.expectMessageClass(Replica.Answered.class);
    }

    @Test
    @DisplayName("A new tail says how far it has come when it has come as far as the old one, which answered clients")
    void aNewTailDoesNotConfirmTooEarly() {
        be("n2");
        server.forward(1, 0, updates(1, 1, "a"));
        server.enter(FOUNDING.without("n3"), 1, 2); // n1 has one more, which n3 may have acknowledged.
        server.sentTo("n1", Confirmed.class);
        server.tell(new Confirm(2, "n1", 4));
        server.saysDurable(2, 1);
        assertThat(server.sentTo("n1", Confirmed.class)).isEmpty();
        server.forward(2, 0, updates(1, 2, "b"));
        server.awaitStable(2);
        server.tell(new Confirm(2, "n1", 4));
        assertThat(server.await("n1", Confirmed.class)).isEqualTo(new Confirmed(2, "n2", 4, 2));
    }

    @Test
    @DisplayName(
            "§3 The tail answers a query from what it has applied, when all others have said that it still is the tail"
                    + " (servers are not fail-stop here)")
    void theTailAsksBeforeItAnswers() {
        be("n3");
        server.resumed();
        TestProbe<Replica.Reply> reader = server.read(ReadConsistency.LINEARIZABLE);
        Confirm asked = server.await("n1", Confirm.class);
        server.await("n2", Confirm.class);
        server.tell(new Confirmed(1, "n1", asked.round(), 0));
        reader.expectNoMessage(A_WHILE);
        server.tell(new Confirmed(1, "n2", asked.round(), 0));
        reader.expectMessageClass(Replica.Answered.class);
    }
}
