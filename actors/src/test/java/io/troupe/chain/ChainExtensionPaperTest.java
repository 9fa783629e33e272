package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static io.troupe.chain.PaperServer.updates;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Confirm;
import io.troupe.chain.ChainMessage.Confirmed;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import io.troupe.chain.ChainMessage.Offer;
import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Extending a chain, beside van Renesse and Schneider's paper (OSDI 2004, §3); one server of it. */
class ChainExtensionPaperTest extends PaperChain {

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
        server.enter(JOINING, 2, 2);
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
        server.enter(JOINING, 0, 0);
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
        server.enter(JOINING, 0, 1);
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
        server.enter(JOINING, 0, 1);
        server.forward(3, 0, updates(3, 1, "a"));
        server.read(ReadConsistency.LINEARIZABLE);
        assertThat(server.await("n2", Submit.class).requests()).hasSize(1); // n2 is the tail.

        server.enter(JOINING.extendedBy("n3"), 1, 2); // n2 has one more.
        TestProbe<Replica.Reply> reader = server.read(ReadConsistency.LINEARIZABLE);
        Confirm asked = server.await("n1", Confirm.class);
        server.tell(new Confirmed(4, "n1", asked.round(), 0));
        server.tell(new Confirmed(4, "n2", asked.round(), 0));
        reader.expectNoMessage(A_WHILE);
        server.forward(4, 0, updates(4, 2, "b"));
        reader.expectMessageClass(Replica.Answered.class);
    }
}
