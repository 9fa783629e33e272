package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Confirm;
import io.troupe.chain.ChainMessage.Confirmed;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The tail's lease: what it may answer alone, and how long the others go on to no chain without it. */
class ChainLeasePaperTest extends PaperChain {

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
        server.enter(JOINING, 0, 0);
        server.decide(JOINING.extendedBy("n3").without("n1").without("n2"));
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
}
