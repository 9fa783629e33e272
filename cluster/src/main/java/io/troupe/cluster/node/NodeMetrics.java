package io.troupe.cluster.node;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.troupe.persistence.journal.OpenJournal;
import io.troupe.persistence.log.GroupCommit;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The node's meters: of the JVM, the cluster, and each consensus group. */
final class NodeMetrics implements AutoCloseable {

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final MultiGauge terms = group("troupe.group.term", "Term the replica is in");
    private final MultiGauge commits = group("troupe.group.commit.index", "Highest index known to be committed");
    private final MultiGauge applied = group("troupe.group.applied.index", "Highest index applied");
    private final MultiGauge leaders = group("troupe.group.leader", "1 where the replica leads, else 0");

    NodeMetrics(String cluster, String node) {
        registry.config().commonTags("cluster", cluster, "node", node);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    private MultiGauge group(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    PrometheusMeterRegistry registry() {
        return registry;
    }

    void watch(NodeReport report) {
        Gauge.builder("troupe.cluster.members", report, r -> r.members().size())
                .description("Members this node knows of")
                .register(registry);
        Gauge.builder("troupe.cluster.unreachable", report, r -> r.members().stream()
                        .filter(member -> !member.reachable())
                        .count())
                .description("Members this node cannot reach")
                .register(registry);
    }

    /** What the journal has written: group commit shows in the records that share a sync. */
    void watch(OpenJournal journal) {
        count(
                "troupe.journal.records",
                "Records written: one for each persist",
                journal,
                GroupCommit.Counters::records);
        count("troupe.journal.bytes", "Bytes written", journal, GroupCommit.Counters::bytes);
        count("troupe.journal.syncs", "Syncs to the disk", journal, GroupCommit.Counters::syncs);
        count("troupe.journal.failures", "Writes or syncs that failed", journal, GroupCommit.Counters::failures);
    }

    private void count(
            String name, String description, OpenJournal journal, ToDoubleFunction<GroupCommit.Counters> value) {
        FunctionCounter.builder(name, journal, open -> value.applyAsDouble(open.counters()))
                .description(description)
                .register(registry);
    }

    /** The registry in Prometheus' text format, with the groups as of {@code status}. */
    String scrape(NodeStatus status) {
        rows(terms, status.groups(), NodeStatus.Group::term);
        rows(commits, status.groups(), NodeStatus.Group::commitIndex);
        rows(applied, status.groups(), NodeStatus.Group::appliedIndex);
        rows(leaders, status.groups(), group -> group.role().equals("LEADER") ? 1 : 0);
        return registry.scrape();
    }

    private static void rows(
            MultiGauge gauge, List<NodeStatus.Group> groups, ToDoubleFunction<NodeStatus.Group> value) {
        gauge.register(
                groups.stream()
                        .map(group -> MultiGauge.Row.of(Tags.of("group", group.group()), value.applyAsDouble(group)))
                        .toList(),
                true);
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
