package io.troupe.etcd.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.etcd.EtcdSystem;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.port.HttpFace;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToDoubleFunction;

/** What the client port tells over plain HTTP; adds to the node's meters those of etcd's that monitors ask for. */
final class HttpBackend implements HttpFace.Backend {

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

    private final UnaryCalls calls;
    private final NodeView node;
    private final MeterRegistry meters;

    HttpBackend(UnaryCalls calls, NodeView node, MeterRegistry meters) {
        this.calls = calls;
        this.node = node;
        this.meters = meters;
        gauge(
                "etcd.server.has.leader",
                "1 when a leader is known",
                view -> view.status().leader().isPresent() ? 1 : 0);
        gauge(
                "etcd.server.is.leader",
                "1 when this member leads",
                view -> view.status().role() == Replica.Role.LEADER ? 1 : 0);
        gauge("etcd.debugging.mvcc.current.revision", "Revision of the store", view -> view.header()
                .getRevision());
    }

    private void gauge(String name, String description, ToDoubleFunction<NodeView> value) {
        Gauge.builder(name, node, value).description(description).register(meters);
    }

    @Override
    public CompletionStage<Boolean> isHealthy() {
        if (node.status().leader().isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        return calls.readOn(Queries.status(), ReadConsistency.LINEARIZABLE, HEALTH_TIMEOUT)
                .thenApply(Result.Ok.class::isInstance);
    }

    @Override
    public String version() {
        return EtcdSystem.API_VERSION;
    }

    @Override
    public String metrics() {
        return meters instanceof PrometheusMeterRegistry prometheus ? prometheus.scrape() : "";
    }
}
