package io.troupe.etcd.standalone;

import static java.util.Map.entry;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Puts into a node's message, which names the node's settings, the flags that they are made of. */
final class SettingNames {

    /** Some begin with others: the longer ones are looked for first. */
    private static final Map<String, String> FLAGS = Map.ofEntries(
            entry("troupe.cluster.name", "--initial-cluster-token"),
            entry("troupe.cluster.members", "--initial-cluster"),
            entry("troupe.cluster.join-only", "--initial-cluster-state"),
            entry("troupe.node.id", "--name"),
            entry("troupe.node.data-dir", "--data-dir"),
            entry("troupe.artery.host", "--initial-advertise-peer-urls"),
            entry("troupe.artery.port", "--initial-advertise-peer-urls"),
            entry("troupe.artery.bind-host", "--listen-peer-urls"),
            entry("troupe.artery.bind-port", "--listen-peer-urls"),
            entry("troupe.artery.tls.cert-file", "--peer-cert-file"),
            entry("troupe.artery.tls.key-file", "--peer-key-file"),
            entry("troupe.artery.tls.trusted-ca-file", "--peer-trusted-ca-file"),
            entry("troupe.artery.tls.crl-file", "--peer-crl-file"),
            entry("troupe.artery", "--listen-peer-urls"),
            entry("troupe.etcd.client.host", "--listen-client-urls"),
            entry("troupe.etcd.client.port", "--listen-client-urls"),
            entry("troupe.etcd.client.also-at", "--listen-client-urls"),
            entry("troupe.etcd.client.metrics-at", "--listen-metrics-urls"),
            entry("troupe.etcd http", "--listen-client-urls or --listen-metrics-urls, http"),
            entry("troupe.etcd.client.advertised", "--advertise-client-urls"),
            entry("troupe.etcd.client.tls.cert-file", "--cert-file"),
            entry("troupe.etcd.client.tls.key-file", "--key-file"),
            entry("troupe.etcd.client.tls.trusted-ca-file", "--trusted-ca-file"),
            entry("troupe.etcd.client.tls.client-cert-auth", "--client-cert-auth"),
            entry("troupe.etcd.client.tls.crl-file", "--client-crl-file"),
            entry("troupe.etcd.client.tls.cipher-suites", "--cipher-suites"),
            entry("troupe.etcd.client.tls", "TLS with clients"),
            entry("troupe.etcd.auth.token", "--auth-token"),
            entry("troupe.etcd.auth.token-ttl", "--auth-token-ttl"),
            entry("troupe.etcd.auth.bcrypt-cost", "--bcrypt-cost"),
            entry("troupe.etcd.max-request-bytes", "--max-request-bytes"),
            entry("troupe.raft.max-entry-bytes", "--max-request-bytes"),
            entry("pekko.remote.artery.advanced.maximum-frame-size", "--max-request-bytes"),
            entry("troupe.etcd.quota-backend-bytes", "--quota-backend-bytes"),
            entry("troupe.etcd.auto-compaction.mode", "--auto-compaction-mode"),
            entry("troupe.etcd.auto-compaction.retention", "--auto-compaction-retention"),
            entry("troupe.etcd.corrupt-check-interval", "--experimental-corrupt-check-time"),
            entry("troupe.etcd.max-txn-ops", "--max-txn-ops"),
            entry("troupe.etcd.streams-per-connection-max", "--max-concurrent-streams"),
            entry("troupe.etcd.restore-from", "--restore-from"),
            entry("troupe.etcd.strict-reconfig-check", "--strict-reconfig-check"),
            entry("troupe.etcd.keep-alive.min-time", "--grpc-keepalive-min-time"),
            entry("troupe.etcd.keep-alive.interval", "--grpc-keepalive-interval"),
            entry("troupe.etcd.keep-alive.timeout", "--grpc-keepalive-timeout"),
            entry("troupe.etcd.watch.progress-interval", "--experimental-watch-progress-notify-interval"),
            entry("troupe.raft.heartbeat-interval", "--heartbeat-interval"),
            entry("troupe.raft.election-timeout", "--election-timeout"),
            entry("troupe.etcd.leader-patience", "--election-timeout"),
            entry("troupe.etcd.client.cors", "--cors"),
            entry("troupe.etcd.client.host-whitelist", "--host-whitelist"),
            entry("troupe.etcd.client.json", "--enable-grpc-gateway"),
            entry("troupe.etcd.request-timeout", "--election-timeout"),
            entry("troupe.etcd.lease.min-ttl", "--election-timeout"),
            entry("troupe.raft.snapshot-entries", "--snapshot-count"));

    private static final List<String> LONGEST_FIRST = FLAGS.keySet().stream()
            .sorted(Comparator.comparing(String::length).reversed())
            .toList();

    private SettingNames() {}

    static String inFlags(String message) {
        String said = message.replace(NodeConfig.ORIGIN + ": ", "").replace(" (" + NodeConfig.ORIGIN + ")", "");
        for (String setting : LONGEST_FIRST) {
            said = said.replace(setting, FLAGS.getOrDefault(setting, setting));
        }
        return said;
    }
}
