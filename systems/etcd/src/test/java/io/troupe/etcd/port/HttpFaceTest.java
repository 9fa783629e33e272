package io.troupe.etcd.port;

import static io.troupe.etcd.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Plain HTTP and gRPC on one port, as etcd serves them. */
@OnEachEngine
class HttpFaceTest {

    @Parameter
    String engine;

    private static SoloNode node;
    private static int metricsPort;

    @BeforeParameterizedClassInvocation
    static void start(String engine) throws Exception {
        metricsPort = FreePorts.next();
        node = new SoloNode(engine, "troupe.etcd.client.metrics-at = [\"http://127.0.0.1:" + metricsPort + "\"]");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        node.close();
    }

    private static HttpResponse<String> request(String method, int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .version(HttpClient.Version.HTTP_1_1)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
    }

    @Test
    void healthAndVersionAreToldInEtcdsWords() throws Exception {
        var health = await("it is healthy")
                .until(() -> request("GET", node.port(), "/health"), answer -> answer.statusCode() == 200);
        assertThat(health.body()).isEqualTo("{\"health\":\"true\"}");
        var version = request("GET", node.port(), "/version");
        assertThat(version.body()).isEqualTo("{\"etcdserver\":\"3.4.0\",\"etcdcluster\":\"3.4.0\"}");
        assertThat(version.headers().firstValue("content-type")).contains("application/json");
    }

    /** By these names, and without labels, as etcdctl check and etcd's alerts read them; whose disk is slow is elected more than once. */
    @Test
    void metricsHaveEtcdsNames() {
        await("a leader, and what it has done").untilAsserted(() -> assertThat(
                        request("GET", node.port(), "/metrics").body())
                .containsPattern("(?m)^etcd_server_has_leader 1\\.0$")
                .containsPattern("(?m)^etcd_server_leader_changes_seen_total [1-9]\\d*\\.0$")
                .containsPattern("(?m)^etcd_server_proposals_committed_total [1-9]")
                .containsPattern("(?m)^etcd_server_proposals_applied_total [1-9]")
                .containsPattern("(?m)^etcd_mvcc_db_total_size_in_bytes [1-9]")
                .containsPattern("(?m)^etcd_server_quota_backend_bytes [1-9]")
                .containsPattern("(?m)^process_resident_memory_bytes \\d"));
    }

    @Test
    void whatThereIsNotIsSaidToBeNotThere() throws Exception {
        assertThat(request("GET", node.port(), "/v2/keys").statusCode()).isEqualTo(404);
        assertThat(request("POST", node.port(), "/health").statusCode()).isEqualTo(405);
        assertThat(request("HEAD", node.port(), "/health").statusCode()).isEqualTo(405);
        assertThat(request("HEAD", node.port(), "/metrics").statusCode()).isEqualTo(200);
    }

    @Test
    void aQueryThatIsNotEscapedAsItShouldBeCountsForNothing() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", node.port())) {
            String request = "GET /health?exclude=%zz HTTP/1.1\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void oneConnectionMayAskAgain() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", node.port())) {
            String twice = "GET /version HTTP/1.1\r\nHost: h\r\n\r\nGET /version HTTP/1.1\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(twice.getBytes(UTF_8));
            String answers = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(answers.split("200 OK", -1)).hasSize(3);
        }
    }

    /** The preface may come in pieces, as any bytes may. */
    @Test
    void whatBeginsAsHttp2IsGrpc() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", node.port())) {
            socket.setTcpNoDelay(true);
            for (String piece : new String[] {"P", "RI * HTT", "P/2.0\r\n\r\nSM\r\n\r\n"}) {
                socket.getOutputStream().write(piece.getBytes(UTF_8));
                socket.getOutputStream().flush();
            }
            socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}); // An empty SETTINGS frame.
            byte[] header = socket.getInputStream().readNBytes(9);
            assertThat(header[3])
                    .describedAs("the first frame is SETTINGS (RFC 9113, §6.5)")
                    .isEqualTo((byte) 4);
        }
    }

    @Test
    void anAddressForMetricsServesThemAndNoGrpc() throws Exception {
        await("it is healthy")
                .until(() -> request("GET", metricsPort, "/health").statusCode() == 200);
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", metricsPort)
                .usePlaintext()
                .build();
        try {
            var kv = KVGrpc.newBlockingStub(channel);
            assertThatThrownBy(() -> kv.range(RangeRequest.getDefaultInstance()))
                    .hasMessageContaining("UNAVAILABLE");
        } finally {
            SoloNode.disconnect(channel);
        }
    }
}
