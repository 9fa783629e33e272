package io.troupe.etcd.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A client of one server by JSON over HTTP/1. */
public final class Curl {

    /** @param body of JSON with what differs from server to server left out; else as it is */
    public record Answer(int status, String body) {}

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Set<String> OF_THIS_SERVER = Set.of(
            "cluster_id",
            "member_id",
            "raft_term",
            "raftTerm",
            "raftIndex",
            "raftAppliedIndex",
            "dbSize",
            "dbSizeInUse");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;
    private Optional<String> token = Optional.empty();

    public Curl(int port) {
        this.url = "http://127.0.0.1:" + port;
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    void show(String token) {
        this.token = Optional.of(token);
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
        token.ifPresent(shown -> request.header("Authorization", shown));
        return request;
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer post(String path, String body) {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** An answer with its head. */
    public HttpResponse<String> whole(String path) {
        return whole(request(path).GET());
    }

    /** The same, without a body of the request's. */
    public HttpResponse<String> whole(String method, String path) {
        return whole(request(path).method(method, HttpRequest.BodyPublishers.noBody()));
    }

    HttpResponse<String> whole(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpRequest.Builder to(String path) {
        return request(path);
    }

    private Answer send(HttpRequest.Builder request) {
        HttpResponse<String> response = whole(request);
        return new Answer(
                response.statusCode(), response.body().lines().map(Curl::bare).collect(Collectors.joining("\n")));
    }

    /** The first lines of a stream, which is left then. */
    public List<String> lines(String path, String body, int count) {
        try {
            HttpResponse<Stream<String>> response = client.send(
                    request(path)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                return lines.limit(count).map(Curl::bare).toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String bare(String body) {
        try {
            JsonNode tree = JSON.readTree(body);
            strip(tree);
            return tree.toString();
        } catch (JsonProcessingException e) {
            return body;
        }
    }

    private static void strip(JsonNode tree) {
        if (tree instanceof ObjectNode object) {
            object.remove(OF_THIS_SERVER);
        }
        tree.forEach(Curl::strip);
    }
}
