package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.SoloNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A member with room for one watch and two connections. */
class LimitsTest {

    private SoloNode node;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        node = new SoloNode("troupe.etcd { watch.watchers-max = 1, connections-max = 2 }");
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
