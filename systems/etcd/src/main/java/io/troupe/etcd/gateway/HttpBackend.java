package io.troupe.etcd.gateway;

import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.etcd.EtcdSystem;
import io.troupe.etcd.mvcc.Alarms;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.port.HttpFace;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What the client port tells over HTTP: beside the node's own meters those that etcd's monitors and tools look for by name, as
 * etcd has them.
 */
final class HttpBackend implements HttpFace.Backend {

    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

    private final UnaryCalls calls;
    private final NodeView node;
    private final PresentStatus present;
    private final Quota quota;
    private final MeterRegistry meters;
    private final PrometheusMeterRegistry etcds = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    /** As the last scrape found it. */
    private volatile Replica.Status status;

    HttpBackend(UnaryCalls calls, NodeView node, PresentStatus present, Quota quota, MeterRegistry meters) {
        this.calls = calls;
        this.node = node;
        this.present = present;
        this.quota = quota;
        this.status = node.status();
        this.meters = meters;
        gauge(
                "etcd.server.has.leader",
                "1 when a leader is known",
                view -> view.status().leader().isPresent() ? 1 : 0);
        gauge(
                "etcd.server.is.leader",
                "1 when this member leads",
                view -> view.status().role() == Replica.Role.LEADER ? 1 : 0);
        counter("etcd.server.leader.changes.seen", "Leaders that came after one another", NodeView::leaderChanges);
        counter(
                "etcd.server.proposals.committed",
                "Index of the last entry that is committed",
                ignored -> status.commitIndex());
        counter(
                "etcd.server.proposals.applied",
                "Index of the last entry that is applied",
                ignored -> status.appliedIndex());
        gauge("etcd.debugging.mvcc.current.revision", "Revision of the store", view -> view.header()
                .getRevision());
        gauge(
                "etcd.mvcc.db.total.size.in.bytes",
                "What the store takes, as Status tells it",
                ignored -> MaintenanceService.fileBytes(quota.bytes()));
        gauge(
                "etcd.server.quota.backend.bytes",
                "What the store may take, 0 for no bound",
                ignored -> Math.max(0, quota.bytesMax()));
        gauge(
                "process.resident.memory.bytes",
                "Memory of this process that is in RAM, where the system tells it",
                ignored -> residentBytes());
    }

    /** Of the client port's calls. */
    ServerInterceptor callMeters() {
        return new CallMeters(etcds);
    }

    private void counter(String name, String description, ToDoubleFunction<NodeView> value) {
        FunctionCounter.builder(name, node, value).description(description).register(etcds);
    }

    private void gauge(String name, String description, ToDoubleFunction<NodeView> value) {
        Gauge.builder(name, node, value).description(description).register(etcds);
    }

    /** As Linux has it in /proc/self/status; not a number elsewhere. */
    private static double residentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024.0)
                    .findFirst()
                    .orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    @Override
    public CompletionStage<Boolean> isHealthy(Set<String> excludedAlarms) {
        boolean alarmed = quota.raised().stream()
                .map(alarm -> Alarms.name(alarm.type()))
                .anyMatch(type -> !excludedAlarms.contains(type));
        if (alarmed || node.status().leader().isEmpty()) {
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
    public CompletionStage<String> metrics() {
        return present.ask().thenApply(latest -> {
            status = latest;
            return etcds.scrape() + (meters instanceof PrometheusMeterRegistry prometheus ? prometheus.scrape() : "");
        });
    }
}
