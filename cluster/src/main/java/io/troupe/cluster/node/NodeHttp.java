package io.troupe.cluster.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.troupe.cluster.Endpoint;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/**
 * The node's HTTP port: {@code /health} (the node's actors answer), {@code /ready} (clients can be
 * served), {@code /metrics} (Prometheus), {@code /status} ({@link NodeStatus}), and, where the fault
 * switch is on, {@code PUT /faults/cut-off-from} with a JSON list of node ids.
 */
final class NodeHttp extends AllDirectives {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BODY_BYTES_MAX = 16 << 10;

    private final NodeSettings settings;
    private final NodeReport report;
    private final NodeMetrics metrics;
    private final Consumer<List<String>> cutOff;

    NodeHttp(NodeSettings settings, NodeReport report, NodeMetrics metrics, Consumer<List<String>> cutOff) {
        this.settings = settings;
        this.report = report;
        this.metrics = metrics;
        this.cutOff = cutOff;
    }

    CompletionStage<ServerBinding> bind(Endpoint at, ActorSystem<?> system) {
        return Http.get(system).newServerAt(at.host(), at.port()).bind(routes());
    }

    private Route routes() {
        Route reading = get(() -> concat(
                path("health", () -> reported(status -> text(StatusCodes.OK, "healthy\n"))),
                path("ready", () -> reported(NodeHttp::ready)),
                path("status", () -> reported(status -> json(status))),
                path("metrics", () -> reported(status -> text(StatusCodes.OK, metrics.scrape(status))))));
        Route faults = path(
                PathMatchers.segment("faults").slash("cut-off-from"),
                () -> put(() -> withSizeLimit(
                        BODY_BYTES_MAX,
                        () -> entity(Unmarshaller.entityToString(), body -> complete(setFaults(body))))));
        return settings.faultsEnabled() ? concat(reading, faults) : reading;
    }

    private Route reported(Function<NodeStatus, HttpResponse> answer) {
        return completeWithFuture(report.status()
                .thenApply(answer)
                .exceptionally(silent -> text(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        "the node's actors do not answer: " + silent.getMessage() + "\n")));
    }

    private static HttpResponse ready(NodeStatus status) {
        if (status.ready()) {
            return text(StatusCodes.OK, "ready\n");
        }
        StringBuilder why = new StringBuilder("not ready: membership " + status.membership());
        status.systems().stream()
                .filter(system -> !system.ready())
                .forEach(system ->
                        why.append("; ").append(system.system()).append(": ").append(system.detail()));
        return text(StatusCodes.SERVICE_UNAVAILABLE, why.append('\n').toString());
    }

    private HttpResponse setFaults(String body) {
        List<String> others;
        try {
            others = JSON.readValue(body, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            return text(StatusCodes.BAD_REQUEST, "The body must be a JSON list of node ids, such as [\"n2\"]\n");
        }
        List<String> unknown =
                others.stream().filter(id -> !settings.memberIds().contains(id)).toList();
        if (!unknown.isEmpty()) {
            return text(
                    StatusCodes.BAD_REQUEST,
                    "No such nodes: " + unknown + "; the members are " + settings.memberIds() + "\n");
        }
        cutOff.accept(others);
        return text(StatusCodes.OK, "cut off from " + others + "\n");
    }

    private static HttpResponse text(StatusCode code, String body) {
        return response(code, ContentTypes.TEXT_PLAIN_UTF8, body);
    }

    private static HttpResponse json(Object value) {
        try {
            return response(StatusCodes.OK, ContentTypes.APPLICATION_JSON, JSON.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A status cannot be written as JSON", e);
        }
    }

    private static HttpResponse response(StatusCode code, ContentType.NonBinary type, String body) {
        return HttpResponse.create().withStatus(code).withEntity(HttpEntities.create(type, body));
    }
}
