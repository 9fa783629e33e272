package io.troupe.cluster.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.cluster.node.NodeStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Speaks to nodes' HTTP ports on loopback. */
final class NodeClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(TIMEOUT);
    }

    /** Completes with empty when the node does not answer. */
    CompletableFuture<Optional<NodeStatus>> status(int port) {
        return http.sendAsync(request(port, "/status").build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(response ->
                        response.statusCode() == 200 ? parse(response.body()) : Optional.<NodeStatus>empty())
                .exceptionally(noAnswer -> Optional.empty());
    }

    private static Optional<NodeStatus> parse(String body) {
        try {
            return Optional.of(JSON.readValue(body, NodeStatus.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Cuts the node off from {@code others}, and from no one else. Completes with what went wrong, or empty. */
    CompletableFuture<Optional<String>> cutOff(int port, List<String> others) {
        try {
            String body = JSON.writeValueAsString(others);
            return http.sendAsync(
                            request(port, "/faults/cut-off-from")
                                    .header("Content-Type", "application/json")
                                    .PUT(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .thenApply(response ->
                            response.statusCode() < 300 ? Optional.<String>empty() : Optional.of(response.body()))
                    .exceptionally(failure -> Optional.of("it does not answer"));
        } catch (IOException e) {
            throw new LocalClusterException("Cannot write JSON", e);
        }
    }
}
