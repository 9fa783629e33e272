package io.troupe.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.troupe.etcd.SoloNode;
import io.troupe.etcd.json.Curl;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON over HTTP/1, at a real etcd and at this one. Skipped where no etcd is installed. */
class JsonDifferentialTest {

    @TempDir
    private static Path folder;

    private static RealEtcd real;
    private static SoloNode ours;

    @BeforeAll
    static void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder);
        ours = new SoloNode("");
    }

    @AfterAll
    static void stop() throws Exception {
        if (real != null) {
            ours.close();
            real.close();
        }
    }

    /** Compared whole. */
    private static final List<List<String>> CALLS = List.of(
            List.of("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}"),
            List.of("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmF6\", \"prev_kv\": true}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\"}"),
            List.of("/v3beta/kv/range", "{\"key\": \"Zm9v\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\"} and what follows"),
            List.of("/v3/kv/range", "{\"key\": \"Zm\\r\\n9v\\n\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Z\\nm\\n8\\n=\\n\"}"),
            List.of("/v3/kv/range", "{\"key\": \"!!\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9vYm\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9vYg=\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9vYg=a\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zg==Zg==\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9vY===\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v_-8=\"}"),
            List.of("/v3/kv/range", "{\"key\": \"\u00e9\"}"),
            List.of("/v3/kv/range", "{\"key\": 5}"),
            List.of("/v3/kv/range", "{\"key\": true}"),
            List.of("/v3/kv/range", "{\"key\": null}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\""),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"rangeEnd\": \"Zg\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"no_such_field\": {\"a\": [1]}}"),
            List.of(
                    "/v3/kv/range",
                    "{\"key\": \"AA==\", \"range_end\": \"AA==\", \"sortOrder\": \"DESCEND\", \"limit\": 5,"
                            + " \"keysOnly\": true}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"sort_order\": 1, \"limit\": \"2\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": 1e2}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": \"1e2\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": 1.0}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": \"one\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": \"\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": true}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": null}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": 9223372036854775807}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"limit\": 9223372036854775808}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"revision\": \"-9223372036854775808\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"sort_order\": 1e0}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"sort_order\": 2147483648}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"keys_only\": \"true\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"keys_only\": 1}"),
            List.of("/v3/cluster/member/remove", "{\"ID\": -1}"),
            List.of("/v3/cluster/member/remove", "{\"ID\": \"18446744073709551616\"}"),
            List.of("/v3/cluster/member/remove", "{\"ID\": \"18446744073709551615\"}"),
            List.of("/v3/auth/user/get", "{\"name\": 5}"),
            List.of("/v3/kv/range", ""),
            List.of("/v3/kv/range", "{}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"revision\": \"100\"}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"count_only\": true}"),
            List.of("/v3/kv/put", "{\"key\": \"\", \"value\": \"YmFy\"}"),
            List.of("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\", \"lease\": 99}"),
            List.of(
                    "/v3/kv/txn",
                    "{\"compare\":[{\"result\":\"EQUAL\",\"target\":\"CREATE\",\"key\":\"Zm9v\",\"createRevision\":\"2\"}],"
                            + "\"success\":[{\"requestPut\":{\"key\":\"Zm9v\",\"value\":\"YmFy\",\"prev_kv\":true}},"
                            + "{\"request_range\":{\"key\":\"Zm9v\"}}]}"),
            List.of(
                    "/v3/kv/txn",
                    "{\"compare\":[{\"target\":\"LEASE\",\"key\":\"Zm9v\",\"lease\":\"7\"}],"
                            + "\"success\":[{\"request_put\":{\"key\":\"Zm9v\",\"value\":\"YmFy\"}}],"
                            + "\"failure\":[{\"request_delete_range\":{\"key\":\"eA==\"}}]}"),
            List.of("/v3/kv/txn", "{\"success\":[{\"request_range\":{\"key\":\"eA\"}}]}"),
            List.of(
                    "/v3/kv/txn",
                    "{\"success\":[{\"request_put\":{\"key\":\"Zm9v\",\"value\":\"YmFy\"}},"
                            + "{\"request_put\":{\"key\":\"Zm9v\",\"value\":\"YmFy\"}}]}"),
            List.of("/v3/lease/grant", "{\"TTL\":100,\"ID\":7}"),
            List.of("/v3/lease/grant", "{\"TTL\":100,\"ID\":\"7\"}"),
            List.of("/v3/kv/put", "{\"key\": \"bA==\", \"value\": \"YmFy\", \"lease\": \"7\"}"),
            List.of("/v3/lease/leases", "{}"),
            List.of("/v3/kv/lease/leases", "{}"),
            List.of("/v3/lease/keepalive", "{\"ID\":7}{\"ID\":\"8\"} {\"ID\":7}"),
            List.of("/v3/lease/keepalive", ""),
            List.of("/v3/lease/revoke", "{\"ID\":99}"),
            List.of("/v3/kv/lease/revoke", "{\"ID\":7}"),
            List.of("/v3/kv/deleterange", "{\"key\": \"Zm9v\", \"prev_kv\": true}"),
            List.of("/v3/kv/compaction", "{\"revision\": 3}"),
            List.of("/v3/kv/compaction", "{\"revision\": 3}"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"revision\": \"2\"}"),
            List.of("/v3/maintenance/alarm", "{}"),
            List.of("/v3/maintenance/defragment", "{}"),
            List.of("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"p\"}"),
            List.of("/v3/auth/user/add", "{\"name\":\"root\",\"password\":\"p\"}"),
            List.of("/v3/auth/user/add", "{\"name\":\"bare\",\"options\":{\"no_password\":true}}"),
            List.of("/v3/auth/role/add", "{\"name\":\"root\"}"),
            List.of("/v3/auth/role/add", "{\"name\":\"r\"}"),
            List.of(
                    "/v3/auth/role/grant",
                    "{\"name\":\"r\",\"perm\":{\"permType\":\"READWRITE\",\"key\":\"YQ==\",\"range_end\":\"Yg==\"}}"),
            List.of("/v3/auth/role/get", "{\"role\":\"r\"}"),
            List.of("/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}"),
            List.of("/v3/auth/user/list", "{}"),
            List.of("/v3/auth/user/get", "{\"name\":\"root\"}"),
            List.of("/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"p\"}"),
            List.of("/v3/kv/nope", "{}"),
            List.of("/v3/nope", "{}"),
            List.of("/v4/nope", "{}"));

    /** Refused by both with the same status; what a parser says of it is its own. */
    private static final List<List<String>> NOT_PUT_RIGHT = List.of(
            List.of("/v3/kv/range", "x"),
            List.of("/v3/kv/range", "{\"key\": \"Zm9v\", \"sort_order\": \"NOPE\"}"),
            List.of("/v3/lease/keepalive", "{\"ID\":7"),
            List.of("/v3/watch", "x"));

    @Test
    void callsAreAnsweredAsByEtcd() {
        var one = new Curl(real.port());
        var other = new Curl(ours.port());
        for (List<String> call : CALLS) {
            assertThat(other.post(call.get(0), call.get(1)))
                    .as("%s", call)
                    .isEqualTo(one.post(call.get(0), call.get(1)));
        }
        for (List<String> call : NOT_PUT_RIGHT) {
            assertThat(other.post(call.get(0), call.get(1)).status())
                    .as("%s", call)
                    .isEqualTo(one.post(call.get(0), call.get(1)).status());
        }
    }

    @Test
    void whatIsNoCallIsRefusedAsByEtcd() {
        Stream.of("/v3/kv/range", "/v3/kv", "/v3/", "/v3beta/watch")
                .forEach(path -> assertThat(new Curl(ours.port()).get(path))
                        .as(path)
                        .isEqualTo(new Curl(real.port()).get(path)));
    }

    @Test
    void onlyACleanPathIsServedAndItsMethodAlone() {
        for (String path : List.of(
                "//v3/kv/range",
                "/v3//kv/range",
                "/v3/../v3/kv/range",
                "/./health",
                "//health?exclude=NOSPACE",
                "/metrics/..",
                "/health/",
                "/health",
                "/version",
                "/metrics",
                "/v3/kv/range")) {
            for (String method : List.of("GET", "HEAD", "POST", "PUT")) {
                assertThat(head(ours.port(), method, path))
                        .as("%s %s", method, path)
                        .isEqualTo(head(real.port(), method, path));
            }
        }
    }

    private static String head(int port, String method, String path) {
        var answer = new Curl(port).whole(method, path);
        return answer.statusCode() + " to " + answer.headers().firstValue("location") + ", allowed "
                + answer.headers().firstValue("allow");
    }

    @Test
    void aWatchTellsWhatEtcdTells() {
        String body =
                "{\"create_request\":{\"key\":\"dw==\",\"range_end\":\"eA==\",\"watch_id\":\"5\",\"start_revision\":";
        List<List<String>> told = Stream.of(new Curl(real.port()), new Curl(ours.port()))
                .map(server -> {
                    String put = server.post("/v3/kv/put", "{\"key\":\"dzE=\",\"value\":\"YQ==\"}")
                            .body();
                    String revision = put.replaceAll("\\D", "");
                    server.post("/v3/kv/deleterange", "{\"key\":\"dzE=\"}");
                    return server.lines("/v3/watch", body + revision + "}}", 2).stream()
                            .map(line -> line.replaceAll("(revision\":\")\\d+", "$1"))
                            .toList();
                })
                .toList();
        assertThat(told.get(1)).isEqualTo(told.get(0));
        assertThat(told.get(1).get(1)).contains("DELETE");
    }
}
