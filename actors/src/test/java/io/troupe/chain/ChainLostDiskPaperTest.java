package io.troupe.chain;

import static io.troupe.chain.PaperServer.FOUNDING;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Heartbeat;
import io.troupe.chain.ChainMessage.Resume;
import io.troupe.chain.ChainMessage.Stable;
import io.troupe.replication.Replica;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A server in its first life, of whom others have what it once sent: its disk has lost what it held. */
class ChainLostDiskPaperTest extends PaperChain {

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
        server.sentTo("n2", Heartbeat.class); // And what is dropped is dropped durably.
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
        assertThat(server.awaitMasterCommand(renewed.epoch()))
                .isEqualTo(MasterCommand.in(renewed, MasterCommand.Kind.REMOVE, "n1"));
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
        assertThat(server.awaitMasterCommand(without.epoch()))
                .isEqualTo(MasterCommand.in(without, MasterCommand.Kind.JOIN, "n1"));
    }

    @Test
    @DisplayName("A server between others that lost its disk leaves the chain when one below has what it never sent")
    void whoIsBetweenLeavesToo() {
        be("n2");
        server.tell(new Heartbeat(FOUNDING, 1, "n3", 100, 100));
        server.pass(server.settings.heartbeatInterval());
        assertThat(server.awaitMasterCommand()).isEqualTo(MasterCommand.in(FOUNDING, MasterCommand.Kind.REMOVE, "n2"));
    }
}
