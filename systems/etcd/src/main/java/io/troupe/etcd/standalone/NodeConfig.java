package io.troupe.etcd.standalone;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.node.PatientDowning;
import io.troupe.etcd.GoDuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The HOCON of a node that behaves as an etcd with these flags. */
final class NodeConfig {

    /** How messages name where a value comes from. */
    static final String ORIGIN = "etcd's flags";

    /** Longer than any connection lives: stands for never. */
    private static final Duration NEVER = Duration.ofDays(10_000);

    private static final long STREAMS_MAX = 1_000_000;
    private static final long TXN_OPS_MAX = 1_000_000;
    /** A request as an entry of the log. */
    private static final long ENTRY_OVERHEAD_BYTES = 64 * 1024;

    /** What a node appends for others than clients needs as much: its default. */
    private static final long ENTRY_BYTES_MIN = 1600 * 1024;

    private static final long FRAME_BYTES = 4 << 20;

    private final FlagValues flags;
    private final MemberSetup member;
    private final Map<String, Object> values = new HashMap<>();

    private NodeConfig(FlagValues flags, MemberSetup member) {
        this.flags = flags;
        this.member = member;
    }

    /** @throws FlagException when flags contradict each other */
    static Config of(FlagValues flags, MemberSetup member, Path dataDir) {
        var config = new NodeConfig(flags, member);
        config.cluster(dataDir);
        config.clients();
        config.limits();
        config.timing();
        return ConfigFactory.parseMap(config.values, ORIGIN);
    }

    private void cluster(Path dataDir) {
        MemberUrl own = member.own();
        MemberUrl bind = flags.urls("listen-peer-urls").get(0);
        values.put("troupe.cluster.name", member.cluster());
        values.put(
                "troupe.cluster.members",
                member.members().stream()
                        .map(one -> one.name() + "@" + one.url().address())
                        .toList());
        values.put("troupe.cluster.join-only", member.joins());
        values.put("troupe.node.id", member.name());
        values.put("troupe.node.data-dir", dataDir.toString());
        values.put("troupe.systems", List.of("etcd"));
        values.putAll(PatientDowning.SETTINGS); // Nothing but the group is here: who is cut off waits, as in etcd.
        values.put("troupe.etcd.end-with-member", true);
        values.put("troupe.etcd.restore-from", flags.text("restore-from"));
        values.put("troupe.etcd.strict-reconfig-check", flags.flagged("strict-reconfig-check"));
        values.put("troupe.http.enabled", false);
        values.put("troupe.artery.host", own.host());
        values.put("troupe.artery.port", own.port());
        values.put("troupe.artery.bind-host", bind.host());
        values.put("troupe.artery.bind-port", bind.port());
        if (own.isSecure()) {
            values.put("troupe.artery.tls.cert-file", flags.text("peer-cert-file"));
            values.put("troupe.artery.tls.key-file", flags.text("peer-key-file"));
            values.put("troupe.artery.tls.trusted-ca-file", flags.text("peer-trusted-ca-file"));
            values.put("troupe.artery.tls.crl-file", flags.text("peer-crl-file"));
        }
    }

    private void clients() {
        List<MemberUrl> listen = new ArrayList<>(distinct("listen-client-urls"));
        listen.sort(Comparator.comparing(MemberUrl::isSecure).reversed()); // TLS belongs to the first address.
        values.put("troupe.etcd.client.host", listen.get(0).host());
        values.put("troupe.etcd.client.port", listen.get(0).port());
        values.put("troupe.etcd.client.also-at", texts(listen.subList(1, listen.size())));
        if (listen.get(0).isSecure()) {
            tls();
        }
        values.put("troupe.etcd.client.advertised", texts(flags.urls("advertise-client-urls")));
        values.put("troupe.etcd.client.cors", List.of(flags.text("cors").split(",")));
        values.put(
                "troupe.etcd.client.host-whitelist",
                List.of(flags.text("host-whitelist").split(",")));
        values.put("troupe.etcd.client.json", flags.flagged("enable-grpc-gateway"));
        values.put("troupe.etcd.client.metrics-at", texts(distinct("listen-metrics-urls")));
        values.put("troupe.etcd.auth.token", flags.text("auth-token"));
        values.put("troupe.etcd.auth.token-ttl", Duration.ofSeconds(flags.whole("auth-token-ttl")));
        values.put("troupe.etcd.auth.bcrypt-cost", flags.whole("bcrypt-cost"));
    }

    private void tls() {
        values.put("troupe.etcd.client.tls.cert-file", flags.text("cert-file"));
        values.put("troupe.etcd.client.tls.key-file", flags.text("key-file"));
        values.put("troupe.etcd.client.tls.trusted-ca-file", flags.text("trusted-ca-file"));
        values.put("troupe.etcd.client.tls.client-cert-auth", flags.flagged("client-cert-auth"));
        values.put("troupe.etcd.client.tls.crl-file", flags.text("client-crl-file"));
        values.put("troupe.etcd.client.tls.cipher-suites", cipherSuites(flags));
    }

    static List<String> cipherSuites(FlagValues flags) {
        String names = flags.text("cipher-suites");
        return names.isEmpty() ? List.of() : List.of(names.split(",", -1));
    }

    /** Each once, however often it is given. */
    private List<MemberUrl> distinct(String name) {
        return flags.urls(name).stream().distinct().toList();
    }

    private static List<String> texts(List<MemberUrl> urls) {
        return urls.stream().map(MemberUrl::toString).toList();
    }

    private void limits() {
        long requestBytes = flags.whole("max-request-bytes");
        values.put("troupe.etcd.max-request-bytes", requestBytes);
        values.put("troupe.etcd.quota-backend-bytes", flags.whole("quota-backend-bytes"));
        values.put("troupe.etcd.auto-compaction.mode", flags.text("auto-compaction-mode"));
        values.put("troupe.etcd.auto-compaction.retention", retention());
        values.put("troupe.etcd.corrupt-check-interval", flags.span("experimental-corrupt-check-time"));
        values.put("troupe.etcd.max-txn-ops", Math.min(TXN_OPS_MAX, flags.whole("max-txn-ops")));
        values.put("troupe.raft.max-entry-bytes", Math.max(ENTRY_BYTES_MIN, requestBytes + ENTRY_OVERHEAD_BYTES));
        values.put(
                "pekko.remote.artery.advanced.maximum-frame-size",
                Math.max(FRAME_BYTES, requestBytes + 2 * ENTRY_OVERHEAD_BYTES));
        values.put(
                "troupe.etcd.streams-per-connection-max", Math.min(STREAMS_MAX, flags.whole("max-concurrent-streams")));
    }

    /** A span counts its nanoseconds where revisions are asked for, as in etcd. */
    private String retention() {
        String text = flags.text("auto-compaction-retention");
        return flags.text("auto-compaction-mode").equals("revision")
                ? GoDuration.parse(text)
                        .map(span -> Long.toString(span.toNanos()))
                        .orElse(text)
                : text;
    }

    private void timing() {
        Duration interval = flags.span("grpc-keepalive-interval");
        Duration timeout = flags.span("grpc-keepalive-timeout");
        values.put("troupe.etcd.keep-alive.min-time", flags.span("grpc-keepalive-min-time"));
        values.put("troupe.etcd.keep-alive.interval", interval.isZero() ? NEVER : interval);
        values.put("troupe.etcd.keep-alive.timeout", timeout.isZero() ? NEVER : timeout);
        values.put("troupe.etcd.watch.progress-interval", flags.span("experimental-watch-progress-notify-interval"));
        values.put("troupe.raft.heartbeat-interval", Duration.ofMillis(flags.whole("heartbeat-interval")));
        values.put("troupe.raft.election-timeout", Duration.ofMillis(flags.whole("election-timeout")));
        values.put("troupe.etcd.leader-patience", Duration.ofMillis(3 * flags.whole("election-timeout")));
        values.put("troupe.etcd.request-timeout", Duration.ofMillis(5_000 + 2 * flags.whole("election-timeout")));
        values.put("troupe.etcd.lease.min-ttl", minTtl());
        values.put("troupe.raft.snapshot-entries", flags.whole("snapshot-count"));
    }

    /** One and a half times the election timeout, each of the two in whole heartbeats, as in etcd. */
    private Duration minTtl() {
        long heartbeat = flags.whole("heartbeat-interval");
        long ticks = flags.whole("election-timeout") / heartbeat;
        return Duration.ofMillis(3 * ticks / 2 * heartbeat);
    }
}
