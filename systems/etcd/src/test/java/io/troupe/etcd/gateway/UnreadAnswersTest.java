package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.etcd.SoloNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that asks for a value of 1 MiB again and again and reads no answer. */
class UnreadAnswersTest {

    private static final int BOUND_MEBIBYTES = 4;
    private static final int ASKED = 40;
    private static final int WINDOW_BYTES = 65_535;
    private static final RangeRequest GET =
            RangeRequest.newBuilder().setKey(copyFromUtf8("big")).build();

    private SoloNode node;
    private ManagedChannel slow;
    private ManagedChannel other;

    @BeforeEach
    void start() {
        node = new SoloNode("troupe.etcd.unread-answers-bytes-max = " + BOUND_MEBIBYTES + " MiB");
        slow = NettyChannelBuilder.forAddress("127.0.0.1", node.port())
                .usePlaintext()
                .flowControlWindow(WINDOW_BYTES) // And of no size that grows with what it is sent.
                .build();
        other = node.connect();
        KVGrpc.newBlockingStub(other)
                .put(PutRequest.newBuilder()
                        .setKey(GET.getKey())
                        .setValue(copyFromUtf8("v".repeat(1 << 20)))
                        .build());
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(slow);
        SoloNode.disconnect(other);
        node.close();
    }

    @Test
    void hasNoMoreAnswersInMemoryThanTheBoundAndHoldsUpNobodyElse() {
        Queue<Status.Code> ended = new ConcurrentLinkedQueue<>();
        List<ClientCall<RangeRequest, RangeResponse>> calls = new ArrayList<>();
        for (int i = 0; i < ASKED; i++) {
            ClientCall<RangeRequest, RangeResponse> call = slow.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            ended.add(status.getCode());
                        }
                    },
                    new Metadata());
            call.sendMessage(GET);
            call.halfClose();
            calls.add(call);
        }
        await("more than the bound are refused").until(() -> ended.size() >= ASKED - BOUND_MEBIBYTES);
        assertThat(ended).hasSize(ASKED - BOUND_MEBIBYTES).containsOnly(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(KVGrpc.newBlockingStub(other).range(GET).getCount()).isEqualTo(1);

        calls.forEach(call -> call.request(1));
        await("the others are read").until(() -> ended.size() == ASKED);
        assertThat(ended.stream().filter(Status.Code.OK::equals)).hasSize(BOUND_MEBIBYTES);
        assertThat(KVGrpc.newBlockingStub(slow).range(GET).getCount()).isEqualTo(1);
    }
}
