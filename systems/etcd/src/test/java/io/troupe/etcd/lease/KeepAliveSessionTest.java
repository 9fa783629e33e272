package io.troupe.etcd.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.troupe.etcd.SlowReader;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stream of keep-alives between its client and the desk, both played by the test. */
class KeepAliveSessionTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    private final TestProbe<LeaseDesk.Command> desk = TEST_KIT.createTestProbe();
    private final SlowReader<LeaseKeepAliveResponse> client = new SlowReader<>();
    private final ActorRef<KeepAliveSession.Command> session = TEST_KIT.spawn(
            KeepAliveSession.create(client, desk.ref(), ResponseHeader::getDefaultInstance, Duration.ofSeconds(5)));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    @BeforeEach
    void read() {
        client.reads(true);
    }

    private LeaseDesk.Ask asked(long id) {
        session.tell(new KeepAliveSession.Requested(
                LeaseKeepAliveRequest.newBuilder().setID(id).build()));
        LeaseDesk.Ask ask = desk.expectMessageClass(LeaseDesk.Ask.class);
        assertThat(ask.id()).isEqualTo(id);
        return ask;
    }

    /** The session has handled all that it was told when it asks the desk about this. */
    private void settle() {
        asked(4711);
    }

    @Test
    void renewalsAreUnderWayTogetherAndAnsweredInTheirOrder() {
        LeaseDesk.Ask first = asked(1);
        LeaseDesk.Ask second = asked(2);
        LeaseDesk.Ask again = asked(1);
        second.replyTo().tell(new LeaseDesk.Lasting(2, 20));
        first.replyTo().tell(new LeaseDesk.Lasting(1, 10));
        settle();
        assertThat(client.read())
                .extracting(LeaseKeepAliveResponse::getID, LeaseKeepAliveResponse::getTTL)
                .containsExactly(tuple(1L, 10L), tuple(2L, 20L));
        again.replyTo().tell(new LeaseDesk.Absent(1));
        settle();
        assertThat(client.read()).extracting(LeaseKeepAliveResponse::getTTL).containsExactly(10L, 20L, 0L);
    }

    @Test
    void aClientMaySendNoMoreWhileManyAreUnderWayOrItReadsNoAnswers() {
        LeaseDesk.Ask first = asked(1);
        LeaseDesk.Ask second = asked(2);
        for (int id = 3; id <= KeepAliveSession.UNDER_WAY_MAX; id++) {
            asked(id);
        }
        client.reads(false);
        first.replyTo().tell(new LeaseDesk.Lasting(1, 10));
        second.replyTo().tell(new LeaseDesk.Lasting(2, 10));
        settle();
        assertThat(client.read()).hasSize(2);
        assertThat(client.invited()).isEqualTo(KeepAliveSession.UNDER_WAY_MAX);
        client.reads(true);
        session.tell(new KeepAliveSession.Writable());
        settle();
        assertThat(client.invited()).isEqualTo(KeepAliveSession.UNDER_WAY_MAX + 1);
    }
}
