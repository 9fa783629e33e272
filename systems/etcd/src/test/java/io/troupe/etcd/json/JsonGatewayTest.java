package io.troupe.etcd.json;

import static io.troupe.etcd.Patience.await;
import static io.troupe.etcd.json.Curl.base64;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.SoloNode;
import io.troupe.etcd.json.Curl.Answer;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What {@code JsonDifferentialTest} cannot compare with a real etcd, or not without one. */
class JsonGatewayTest {

    private SoloNode node = new SoloNode("");
    private Curl curl = new Curl(node.port());

    @AfterEach
    void stop() {
        node.close();
    }

    private void startAnew(String settings) {
        node.close();
        node = new SoloNode(settings);
        curl = new Curl(node.port());
    }

    private static String key(String key) {
        return "\"key\":\"" + base64(key) + "\"";
    }

    private Answer put(String key, String value) {
        return curl.post("/v3/kv/put", "{" + key(key) + ",\"value\":\"" + base64(value) + "\"}");
    }

    @Test
    void aKeyIsPutAndReadAsEtcdsGuideHasIt() {
        assertThat(put("foo", "bar")).isEqualTo(new Answer(200, "{\"header\":{\"revision\":\"2\"}}"));
        assertThat(curl.post("/v3/kv/range", "{\"key\": \"Zm9v\"}").body())
                .isEqualTo("{\"header\":{\"revision\":\"2\"},\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\","
                        + "\"mod_revision\":\"2\",\"version\":\"1\",\"value\":\"YmFy\"}],\"count\":\"1\"}");
    }

    @Test
    void everyRouteLeadsToACallThatIsServed() {
        for (String call : Routes.calls()) {
            assertThat(new Schema().method(call).getInputType()).as(call).isNotNull();
        }
        assertThat(curl.post("/v3/maintenance/hash", "{}").body()).contains("\"hash\":");
        assertThat(curl.post("/v3/maintenance/status", "{}").body()).contains("\"version\":\"3.4.0\"");
        assertThat(curl.post("/v3/cluster/member/list", "{}").body()).contains("\"members\":[{\"ID\":");
        assertThat(curl.lines("/v3/maintenance/snapshot", "{}", 1).get(0)).contains("\"blob\":");
    }

    @Test
    void aWatchIsALineForEachResponse() {
        put("w", "1");
        List<String> lines =
                curl.lines("/v3/watch", "{\"create_request\":{" + key("w") + ",\"start_revision\":\"2\"}}", 2);
        assertThat(lines.get(0)).contains("\"created\":true");
        assertThat(lines.get(1)).startsWith("{\"result\":").contains("\"value\":\"" + base64("1") + "\"");
    }

    @Test
    void whoLeavesTheQueueForALockIsInItNoMore() throws Exception {
        String lock = "{\"name\":\"" + base64("l") + "\"}";
        assertThat(curl.post("/v3/lock/lock", lock).status()).isEqualTo(200);
        try (var socket = new Socket("127.0.0.1", node.port())) {
            socket.getOutputStream()
                    .write(("POST /v3/lock/lock HTTP/1.1\r\nHost: h\r\nContent-Length: " + lock.length() + "\r\n\r\n"
                                    + lock)
                            .getBytes(UTF_8));
            await("the second waits").until(() -> holdersAndWaiters() == 2);
        }
        await("it waits no more").until(() -> holdersAndWaiters() == 1);
    }

    private int holdersAndWaiters() {
        String range = "{" + key("l/") + ",\"range_end\":\"" + base64("l0") + "\"}";
        return curl.post("/v3/kv/range", range).body().split("create_revision", -1).length - 1;
    }

    @Test
    void withAuthenticationATokenIsAsked() throws Exception {
        curl.post("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"p\"}");
        curl.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        curl.post("/v3/auth/role/add", "{\"name\":\"root\"}");
        curl.post("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        assertThat(curl.post("/v3/auth/enable", "{}").status()).isEqualTo(200);
        assertThat(put("a", "b"))
                .isEqualTo(new Answer(
                        400,
                        "{\"error\":\"etcdserver: user name is empty\",\"message\":\"etcdserver: user name is empty\","
                                + "\"code\":3}"));
        assertThat(curl.post("/v3/maintenance/snapshot", "{}"))
                .isEqualTo(new Answer(
                        400,
                        "{\"error\":{\"grpc_code\":3,\"http_code\":400,\"message\":\"etcdserver: user name is empty\","
                                + "\"http_status\":\"Bad Request\"}}"));
        String body = curl.post("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"p\"}")
                .body();
        String token = body.replaceAll(".*\"token\":\"([^\"]+)\".*", "$1");
        var asMetadata = curl.to("/v3/kv/range")
                .header("Grpc-Metadata-Token", token)
                .POST(HttpRequest.BodyPublishers.ofString("{" + key("a") + "}"));
        assertThat(curl.whole(asMetadata).statusCode()).isEqualTo(200);
        curl.show(token);
        assertThat(put("a", "b").status()).isEqualTo(200);
    }

    @Test
    void headersThatAreNoMetadataDoNoHarm() {
        assertThat(curl.whole(curl.to("/v3/kv/range")
                                .header("Grpc-Metadata-no!name", "x")
                                .header("Grpc-Metadata-grpc-timeout", "x")
                                .POST(HttpRequest.BodyPublishers.ofString("{" + key("a") + "}")))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRequestMayBeAsLargeAsOverGrpc() {
        assertThat(put("large", "v".repeat(1_400_000)).status()).isEqualTo(200);
        assertThat(put("larger", "v".repeat(1_700_000)))
                .isEqualTo(new Answer(
                        400,
                        "{\"error\":\"etcdserver: request is too large\",\"message\":\"etcdserver: request is too"
                                + " large\",\"code\":3}"));
        assertThat(put("too large for HTTP", "v".repeat(8_000_000)).status()).isEqualTo(413);
    }

    @Test
    void aNumberOfAsManyDigitsAsOneLikesIsRefusedAtOnce() {
        for (String number : List.of("1e500000000", "9".repeat(1_000_000), "\"" + "9".repeat(1_000_000) + "\"")) {
            for (String call : List.of("/v3/cluster/member/remove", "/v3/lease/revoke")) {
                Answer answer = curl.post(call, "{\"ID\":" + number + "}");
                assertThat(answer.status()).isEqualTo(400);
                assertThat(answer.body()).contains("json: cannot unmarshal number");
            }
        }
    }

    @Test
    void aBodyMayNotBeAsDeepAsOneLikes() {
        assertThat(curl.post("/v3/kv/range", "{" + key("a") + ",\"none\":" + "[".repeat(200) + "]".repeat(200) + "}")
                        .status())
                .isEqualTo(200);
        String message = "{\"success\":[{\"request_txn\":";
        for (int levels : new int[] {60, 1_000, 100_000}) {
            for (String body : List.of(
                    "[".repeat(levels) + "]".repeat(levels),
                    "{\"a\":".repeat(levels) + "1" + "}".repeat(levels),
                    message.repeat(levels) + "{}" + "}]}".repeat(levels),
                    "'\"'" + "[".repeat(levels))) {
                Answer answer = curl.post("/v3/kv/txn", body);
                assertThat(answer.status()).as("%s", answer).isIn(200, 400);
                assertThat(curl.post("/v3/kv/range", "{" + key("a") + ",\"none\":" + body + "}")
                                .status())
                        .isIn(200, 400);
            }
        }
        assertThat(curl.post("/v3/kv/txn", message.repeat(100_000) + "{}" + "}]}".repeat(100_000))
                        .body())
                .contains("exceeded max depth");
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNobodyElse() throws Exception {
        String body = "{\"create_request\":{" + key("s") + "}}";
        try (var socket = new Socket("127.0.0.1", node.port())) {
            socket.setReceiveBufferSize(1_000);
            socket.getOutputStream()
                    .write(("POST /v3/watch HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                    + body)
                            .getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                    .isEqualTo("HTTP/1.1 200");
            for (int i = 0; i < 40; i++) {
                assertThat(put("s", "v".repeat(500_000)).status()).isEqualTo(200);
            }
            assertThat(curl.lines("/v3/watch", "{\"create_request\":{" + key("s") + ",\"start_revision\":\"41\"}}", 2))
                    .hasSize(2);
        }
    }

    @Test
    void answersOfOneConnectionComeInTheOrderOfItsRequests() throws Exception {
        String lease = "{\"ID\":7}";
        String requests = "POST /v3/lease/keepalive HTTP/1.1\r\nHost: h\r\nContent-Length: " + lease.length()
                + "\r\n\r\n" + lease + "GET /version HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        try (var socket = new Socket("127.0.0.1", node.port())) {
            socket.setSoTimeout((int) Duration.ofSeconds(20).toMillis());
            socket.getOutputStream().write(requests.getBytes(UTF_8));
            String answers = new String(socket.getInputStream().readAllBytes(), UTF_8);
            List<String> bodies = Arrays.stream(answers.split("\r\n", -1))
                    .filter(line -> line.startsWith("{"))
                    .toList();
            assertThat(bodies).as(answers).hasSize(2);
            assertThat(bodies.get(0)).contains("\"result\"");
            assertThat(bodies.get(1)).contains("etcdserver");
        }
    }

    private HttpResponse<String> asked(String origin, String method) {
        return curl.whole(curl.to("/v3/kv/range")
                .header("Origin", origin)
                .method(method, HttpRequest.BodyPublishers.ofString("{" + key("a") + "}")));
    }

    @Test
    void anyPageMayAskUnlessPagesAreNamed() {
        assertThat(asked("https://a.example", "OPTIONS").statusCode()).isEqualTo(200);
        assertThat(asked("https://a.example", "POST").headers().firstValue("access-control-allow-origin"))
                .contains("*");
        startAnew("troupe.etcd.client.cors = [\"https://b.example\"]");
        assertThat(asked("https://a.example", "POST").headers().firstValue("access-control-allow-origin"))
                .isEmpty();
        assertThat(asked("https://b.example", "OPTIONS").headers().firstValue("access-control-allow-origin"))
                .contains("https://b.example");
    }

    @Test
    void aNameThatIsNotOnTheListIsRefused() {
        startAnew("troupe.etcd.client.host-whitelist = [\"localhost\"]");
        assertThat(put("a", "b").status()).isEqualTo(421);
        assertThat(curl.get("/health").status()).isEqualTo(421);
        startAnew("troupe.etcd.client.host-whitelist = [\"localhost\", \"127.0.0.1\"]");
        assertThat(put("a", "b").status()).isEqualTo(200);
    }

    @Test
    void itCanBeTurnedOff() {
        startAnew("troupe.etcd.client.json = off");
        assertThat(put("a", "b").status()).isEqualTo(404);
        assertThat(curl.get("/health").status()).isEqualTo(200);
    }
}
