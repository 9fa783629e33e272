package io.troupe.etcd.watch;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.troupe.etcd.SlowReader;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A session between the hub, played by the test, and a client that does not read until it is told to. */
class WatchSessionTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    /** Of the store, when a request comes. */
    private static final long REVISION = 7;

    private final TestProbe<WatchHub.Command> hub = TEST_KIT.createTestProbe();
    private final SlowReader<WatchResponse> client = new SlowReader<>();
    private final LargeResponses large = new LargeResponses(1);
    private final ActorRef<WatchSession.Command> session = TEST_KIT.spawn(WatchSession.create(
            1,
            client,
            hub.ref(),
            revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
            1 << 20,
            large,
            request -> java.util.Optional.empty()));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private void request(WatchRequest.Builder request) {
        session.tell(new WatchSession.Requested(request.build(), REVISION));
    }

    /** When this returns, the session has handled all that it was told before. */
    private void settle() {
        session.tell(new WatchSession.Events(4711, 1, List.of(), 0)); // Of a watch that is no more: given back.
        hub.expectMessageClass(WatchHub.Taken.class);
    }

    private void reads() {
        client.reads(true);
        session.tell(new WatchSession.Writable());
        settle();
    }

    @Test
    void aClientThatNeverReadsIsToldOnceThatThereIsNothingNewHoweverOftenTheClockSaysSo() {
        session.tell(new WatchSession.Opened(0, WatchCreateRequest.getDefaultInstance(), 1));
        settle();
        reads();
        client.reads(false);
        for (int i = 0; i < 10_000; i++) {
            session.tell(new WatchSession.Progress(0, 2 + i));
        }
        settle();
        reads();

        assertThat(client.read()).hasSize(2);
        assertThat(client.read().get(0).getCreated()).isTrue();
        assertThat(client.read().get(1).getHeader().getRevision()).isEqualTo(2);

        session.tell(new WatchSession.Progress(0, 20_000));
        settle();
        assertThat(client.read().get(2).getHeader().getRevision())
                .as("told again now that it reads")
                .isEqualTo(20_000);
    }

    @Test
    void aClientThatAsksForProgressAndNeverReadsIsInvitedToAskOnlySoOften() {
        int asked = 0;
        while (asked < client.invited() && asked < 10_000) {
            asked++;
            request(WatchRequest.newBuilder().setProgressRequest(WatchProgressRequest.getDefaultInstance()));
            hub.expectMessageClass(WatchHub.ReportProgress.class);
            session.tell(new WatchSession.Progress(WatchSession.ALL_WATCHES, asked));
            settle();
        }
        assertThat(asked).isBetween(2, 300);

        reads();
        assertThat(client.read()).as("every answer it asked for").hasSize(asked);
        assertThat(client.invited()).as("may ask again").isGreaterThan(asked);
    }

    @Test
    void aWatchFromNowOnBeginsWithWhatCameAfterItsRequestHoweverLateTheHubHearsOfIt() {
        request(WatchRequest.newBuilder().setCreateRequest(WatchCreateRequest.newBuilder()));
        request(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setStartRevision(3)));

        assertThat(hub.expectMessageClass(WatchHub.Open.class).request().getStartRevision())
                .isEqualTo(REVISION + 1);
        assertThat(hub.expectMessageClass(WatchHub.Open.class).request().getStartRevision())
                .isEqualTo(3);
    }

    private static WatchSession.Events events(int bytes) {
        var event = Event.newBuilder()
                .setKv(KeyValue.newBuilder().setValue(copyFromUtf8("v".repeat(bytes))))
                .build();
        return new WatchSession.Events(0, 2, List.of(event), event.getSerializedSize());
    }

    @Test
    void aLargeResponseWaitsWhileOthersHaveManyToSendAndASmallOneDoesNot() {
        client.reads(true);
        session.tell(new WatchSession.Opened(0, WatchCreateRequest.getDefaultInstance(), 1));
        assertThat(large.tryWrite(LargeResponses.LARGE_BYTES)).isTrue();
        session.tell(events(10));
        session.tell(events(LargeResponses.LARGE_BYTES));
        hub.expectMessageClass(WatchHub.Taken.class);
        settle();
        assertThat(client.read()).hasSize(2);
        large.sent(LargeResponses.LARGE_BYTES);
        hub.expectMessageClass(WatchHub.Taken.class);
        assertThat(client.read()).hasSize(3);
        assertThat(large.tryWrite(1)).as("what this one has to send counts").isFalse();
        session.tell(new WatchSession.Writable());
        settle();
        assertThat(large.tryWrite(1)).isTrue();
    }
}
