package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSystem;
import io.troupe.etcd.SoloNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What no client of good will sends; the server answers it, and goes on. */
class BadInputTest {

    private static SoloNode node;
    private static ManagedChannel channel;

    @BeforeAll
    static void start() {
        node = new SoloNode("");
        channel = node.connect();
    }

    @AfterAll
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    /** Kept, for a logger that nobody keeps forgets who listens. */
    private static final Logger GRPC = Logger.getLogger("io.grpc");

    /** What gRPC warns of in a test. */
    private final List<String> logged = new CopyOnWriteArrayList<>();

    private final Handler log = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                logged.add(line.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listenToGrpc() {
        GRPC.addHandler(log);
    }

    @AfterEach
    void theServerGoesOn() {
        GRPC.removeHandler(log);
        assertThat(KVGrpc.newBlockingStub(channel)
                        .put(PutRequest.newBuilder()
                                .setKey(copyFromUtf8("still"))
                                .build())
                        .getHeader()
                        .getRevision())
                .isPositive();
    }

    private enum RawBytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static byte[] send(MethodDescriptor<?, ?> method, byte[] body) {
        var raw = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method.getFullMethodName())
                .setRequestMarshaller(RawBytes.INSTANCE)
                .setResponseMarshaller(RawBytes.INSTANCE)
                .build();
        return ClientCalls.blockingUnaryCall(channel, raw, CallOptions.DEFAULT, body);
    }

    @Test
    void bytesThatAreNoRequestEndTheCallWithAnError() {
        byte[] garbage = {0x0a, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 1, 2, 3};
        for (var method : List.of(KVGrpc.getPutMethod(), KVGrpc.getTxnMethod())) {
            isRefused(method, garbage, "grpc: error unmarshalling request: ");
        }
        isRefused(WatchGrpc.getWatchMethod(), garbage, "grpc: failed to unmarshal the received message ");
        assertThat(logged).isEmpty();
    }

    private static void isRefused(MethodDescriptor<?, ?> method, byte[] body, String inWords) {
        assertThatThrownBy(() -> send(method, body)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(e.getStatus().getDescription()).startsWith(inWords);
        });
    }

    /** A hundred levels are as deep as protobuf's parser goes, and each of these has two; etcd's goes on to its own bound, of 127. */
    @Test
    void aTransactionThatIsNestedDeeperThanAnyMayBeHasTooManyOperations() {
        for (int levels : List.of(50, 128, 5_000)) {
            ByteString txn = ByteString.EMPTY;
            for (int level = 0; level < levels; level++) {
                txn = field(TxnRequest.SUCCESS_FIELD_NUMBER, field(RequestOp.REQUEST_TXN_FIELD_NUMBER, txn));
            }
            byte[] nested = txn.toByteArray();
            assertRefused(() -> send(KVGrpc.getTxnMethod(), nested), EtcdError.TOO_MANY_OPS);
        }
        assertThat(logged).isEmpty();
    }

    private static ByteString field(int number, ByteString message) {
        var field =
                UnknownFieldSet.Field.newBuilder().addLengthDelimited(message).build();
        return UnknownFieldSet.newBuilder().addField(number, field).build().toByteString();
    }

    @Test
    void aUserWithAPasswordIsNoLargerThanAnyRequest() {
        var add = AuthUserAddRequest.newBuilder().setName("u".repeat(1_700_000)).setPassword("p");
        assertRefused(() -> AuthGrpc.newBlockingStub(channel).userAdd(add.build()), EtcdError.REQUEST_TOO_LARGE);
    }

    @Test
    void bytesThatAreNotEvenHttpCloseTheirConnectionAlone() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("EHLO here\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes(); // ends: the server has closed it
            assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 400 Bad Request");
        }
    }

    @Test
    void aServiceThatIsNotOfferedIsUnimplemented() {
        var unknown = KVGrpc.getPutMethod().toBuilder()
                .setFullMethodName("etcdserverpb.Downgrade/Downgrade")
                .build();
        assertThatThrownBy(() -> send(unknown, new byte[0]))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void aClientThatRequiresALeaderIsServedWhereThereIsOne() {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        var kv = KVGrpc.newBlockingStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        assertThat(kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("led")).build())
                        .getHeader()
                        .getRevision())
                .isPositive();
    }

    @Test
    void aPortThatIsTakenEndsTheSystemOnThatNode() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var config = com.typesafe.config.ConfigFactory.parseString(
                            "troupe.etcd { group = another, client.port = " + taken.getLocalPort() + " }")
                    .withFallback(com.typesafe.config.ConfigFactory.load());
            var testKit = node.testKit();
            var context = new NodeContext(
                    SoloNode.NODE,
                    List.of(SoloNode.NODE),
                    Path.of("."),
                    config,
                    node.groups(),
                    new io.micrometer.core.instrument.simple.SimpleMeterRegistry());
            ActorRef<SystemGuardian.Command> guardian = LoggingTestKit.error("is the port in use?")
                    .withMessageContains(":" + taken.getLocalPort() + " for etcd clients")
                    .withMessageContains("Set troupe.etcd.client.port to a free one")
                    .expect(testKit.system(), () -> testKit.spawn(new EtcdSystem().guardian(context)));
            testKit.createTestProbe().expectTerminated(guardian);
        }
    }
}
