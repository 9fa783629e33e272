package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.SoloNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A member with room for one call, two streams of a kind, one watch and two connections. */
class LimitsTest {

    private SoloNode node;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        node = new SoloNode(
                "troupe.etcd { in-flight-max = 1, streams-max = 2, watch.watchers-max = 1, connections-max = 2 }");
        channel = node.connect();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream().write("GET /version HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    @Test
    void whoWaitsForALockWhereThereIsNoWatchLeftIsRefusedAndDoesNotAskForEver() throws Exception {
        var watching = new CompletableFuture<WatchResponse>();
        var requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                watching.complete(response);
            }

            @Override
            public void onError(Throwable cause) {}

            @Override
            public void onCompleted() {}
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("k")))
                .build());
        assertThat(watching.get(60, TimeUnit.SECONDS).getCreated()).isTrue();
        var lock = LockRequest.newBuilder().setName(copyFromUtf8("l")).build();
        LockGrpc.newBlockingStub(channel).lock(lock);
        assertThatThrownBy(() -> LockGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .lock(lock))
                .hasMessageContaining("etcdserver: too many requests");
    }

    /** Keep-alives of a lease that there is not. */
    private final class KeepAlives implements StreamObserver<LeaseKeepAliveResponse> {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private final StreamObserver<LeaseKeepAliveRequest> requests =
                LeaseGrpc.newStub(channel).leaseKeepAlive(this);

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            told.add("answered");
        }

        @Override
        public void onError(Throwable cause) {
            told.add("" + Status.fromThrowable(cause).getDescription());
        }

        @Override
        public void onCompleted() {
            told.add("ended");
        }

        String ask() throws InterruptedException {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
            return told();
        }

        String told() throws InterruptedException {
            return told.poll(20, TimeUnit.SECONDS);
        }
    }

    /** Streams last, and are no calls under way: a member has many more of them. */
    @Test
    void aStreamTooManyIsRefusedAndThereIsRoomWhenAnotherEnds() throws Exception {
        var first = new KeepAlives();
        assertThat(first.ask()).isEqualTo("answered");
        assertThat(new KeepAlives().ask()).isEqualTo("answered");
        assertThat(new KeepAlives().ask()).isEqualTo(EtcdError.TOO_MANY_REQUESTS.message());
        first.requests.onCompleted();
        assertThat(first.told()).isEqualTo("ended");
        await("room").until(() -> new KeepAlives().ask().equals("answered"));
    }

    @Test
    void aConnectionTooManyIsClosedAndThereIsRoomWhenAnotherEnds() throws Exception {
        try (Socket first = connect();
                Socket second = connect()) {
            ask(first);
            ask(second);
            try (Socket third = connect()) {
                assertThat(third.getInputStream().read()).isEqualTo(-1);
            }
        }
        await("room").ignoreExceptions().untilAsserted(() -> {
            try (Socket next = connect()) {
                ask(next);
            }
        });
    }
}
