package io.troupe.etcd.standalone;

import static io.troupe.etcd.standalone.Flag.Use.HONOURED;
import static io.troupe.etcd.standalone.Flag.Use.IMMATERIAL;
import static io.troupe.etcd.standalone.Flag.Use.REFUSED;
import static io.troupe.etcd.standalone.Flag.Use.WITHOUT_EFFECT;

import io.troupe.etcd.standalone.Flag.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Every flag of etcd 3.4's server, and what becomes of it here; and those that etcd has not. */
final class Flags {

    private static final Kind TEXT = new Kind.Text();
    private static final Kind BOOL = new Kind.Bool();
    private static final Kind UNSIGNED = new Kind.Whole(false);
    private static final Kind SIGNED = new Kind.Whole(true);
    private static final Kind SPAN = new Kind.Span();
    private static final Kind URLS = new Kind.Urls();

    private Flags() {}

    private static Kind oneOf(String... values) {
        return new Kind.OneOf(List.of(values));
    }

    private static final List<Flag> MEMBER = List.of(
            new Flag("name", TEXT, "default", HONOURED, "This member's name."),
            new Flag("data-dir", TEXT, "", HONOURED, "Where its data lies (default: NAME.etcd)."),
            new Flag(
                    "wal-dir",
                    TEXT,
                    "",
                    WITHOUT_EFFECT,
                    "The log lies in the data directory; looked for here is what 'etcdctl snapshot restore' wrote."),
            new Flag(
                    "snapshot-count",
                    UNSIGNED,
                    "100000",
                    HONOURED,
                    "Commands applied between two snapshots, at least."),
            new Flag("heartbeat-interval", UNSIGNED, "100", HONOURED, "Milliseconds between a leader's heartbeats."),
            new Flag(
                    "election-timeout",
                    UNSIGNED,
                    "1000",
                    HONOURED,
                    "Milliseconds without a leader before an election."),
            new Flag("initial-election-tick-advance", BOOL, "true", IMMATERIAL, ""),
            new Flag(
                    "listen-peer-urls",
                    URLS,
                    "http://localhost:2380",
                    HONOURED,
                    "Where this member listens for the others."),
            new Flag("listen-client-urls", URLS, "http://localhost:2379", HONOURED, "Where it listens for clients."),
            new Flag("max-snapshots", UNSIGNED, "5", WITHOUT_EFFECT, ""),
            new Flag("max-wals", UNSIGNED, "5", WITHOUT_EFFECT, ""),
            new Flag("quota-backend-bytes", SIGNED, "0", HONOURED, "Size of the store at which writes are refused."),
            new Flag("backend-batch-interval", SPAN, "0s", WITHOUT_EFFECT, ""),
            new Flag("backend-batch-limit", SIGNED, "0", WITHOUT_EFFECT, ""),
            new Flag("max-txn-ops", UNSIGNED, "128", HONOURED, "Operations in one transaction, at most."),
            new Flag("max-request-bytes", UNSIGNED, "1572864", HONOURED, "A client's request, at most."),
            new Flag(
                    "max-concurrent-streams",
                    UNSIGNED,
                    "4294967295",
                    HONOURED,
                    "Streams and calls a connection may have open."),
            new Flag(
                    "grpc-keepalive-min-time", SPAN, "5s", HONOURED, "A client that probes more often is turned away."),
            new Flag(
                    "grpc-keepalive-interval",
                    SPAN,
                    "2h0m0s",
                    HONOURED,
                    "Between the server's own probes (0 for none)."),
            new Flag("grpc-keepalive-timeout", SPAN, "20s", HONOURED, "How long a probe's answer may take."));

    private static final List<Flag> CLUSTERING = List.of(
            new Flag(
                    "initial-advertise-peer-urls",
                    URLS,
                    "http://localhost:2380",
                    HONOURED,
                    "How the other members reach this one."),
            new Flag("initial-cluster", TEXT, "", HONOURED, "The first members, as NAME=URL,NAME=URL."),
            new Flag(
                    "initial-cluster-state",
                    oneOf("new", "existing"),
                    "new",
                    HONOURED,
                    "Whether the cluster is new, or existing and joined by this member."),
            new Flag(
                    "initial-cluster-token",
                    TEXT,
                    "etcd-cluster",
                    HONOURED,
                    "The cluster's name: members with another are refused."),
            new Flag(
                    "advertise-client-urls",
                    URLS,
                    "http://localhost:2379",
                    HONOURED,
                    "What clients are told of this member's address."),
            new Flag("discovery", TEXT, "", REFUSED, "Name the members with --initial-cluster."),
            new Flag("discovery-fallback", oneOf("exit", "proxy"), "proxy", IMMATERIAL, ""),
            new Flag("discovery-proxy", TEXT, "", IMMATERIAL, ""),
            new Flag("discovery-srv", TEXT, "", REFUSED, "Name the members with --initial-cluster."),
            new Flag("discovery-srv-name", TEXT, "", IMMATERIAL, ""),
            new Flag(
                    "strict-reconfig-check",
                    BOOL,
                    "true",
                    HONOURED,
                    "A change of members that would endanger the quorum is refused."),
            new Flag("pre-vote", BOOL, "false", IMMATERIAL, "Always on."),
            new Flag(
                    "auto-compaction-retention",
                    TEXT,
                    "0",
                    HONOURED,
                    "History that is kept: a span, hours, or revisions."),
            new Flag("auto-compaction-mode", TEXT, "periodic", HONOURED, "How it is counted: periodic or revision."),
            new Flag("enable-v2", BOOL, "false", WITHOUT_EFFECT, "There is no v2 API."));

    private static final List<Flag> SECURITY = List.of(
            new Flag("cert-file", TEXT, "", HONOURED, "Certificate shown to clients, with its chain (PEM)."),
            new Flag("key-file", TEXT, "", HONOURED, "Its private key (PEM)."),
            new Flag(
                    "client-cert-auth",
                    BOOL,
                    "false",
                    HONOURED,
                    "Clients must show a certificate of --trusted-ca-file."),
            new Flag("client-crl-file", TEXT, "", HONOURED, "Client certificates that were revoked (PEM)."),
            new Flag("client-cert-allowed-hostname", TEXT, "", REFUSED, "Use --client-cert-auth with a CA of its own."),
            new Flag("trusted-ca-file", TEXT, "", HONOURED, "Authorities of clients' certificates (PEM)."),
            new Flag(
                    "auto-tls",
                    BOOL,
                    "false",
                    HONOURED,
                    "A certificate made at the first start, which nobody can check."),
            new Flag("peer-cert-file", TEXT, "", HONOURED, "Certificate shown to the other members (PEM)."),
            new Flag("peer-key-file", TEXT, "", HONOURED, "Its private key (PEM)."),
            new Flag("peer-client-cert-auth", BOOL, "false", HONOURED, "Always on with TLS between members."),
            new Flag("peer-trusted-ca-file", TEXT, "", HONOURED, "Authority of the members' certificates (PEM)."),
            new Flag("peer-cert-allowed-cn", TEXT, "", REFUSED, "Use --peer-trusted-ca-file with a CA of its own."),
            new Flag(
                    "peer-cert-allowed-hostname",
                    TEXT,
                    "",
                    REFUSED,
                    "Use --peer-trusted-ca-file with a CA of its own."),
            new Flag(
                    "peer-auto-tls",
                    BOOL,
                    "false",
                    REFUSED,
                    "Use --peer-cert-file, --peer-key-file and --peer-trusted-ca-file."),
            new Flag("peer-crl-file", TEXT, "", HONOURED, "Members' certificates that were revoked (PEM)."),
            new Flag("cipher-suites", TEXT, "", HONOURED, "Of TLS 1.2, by their IANA names, comma-separated."),
            new Flag("cors", TEXT, "*", HONOURED, "Origins of pages that may ask over HTTP/1, comma-separated."),
            new Flag("host-whitelist", TEXT, "*", HONOURED, "Names to be asked by over HTTP/1 without TLS."));

    private static final List<Flag> AUTH = List.of(
            new Flag(
                    "auth-token",
                    TEXT,
                    "simple",
                    HONOURED,
                    "How users are known again: simple, or jwt and its options."),
            new Flag("bcrypt-cost", UNSIGNED, "10", HONOURED, "Rounds of hashing a password, as a power of two."),
            new Flag("auth-token-ttl", UNSIGNED, "300", HONOURED, "Seconds an unused simple token lives."));

    private static final List<Flag> PROFILING_AND_MONITORING = List.of(
            new Flag("enable-pprof", BOOL, "false", WITHOUT_EFFECT, "Use the JVM's own tools, such as jcmd."),
            new Flag("metrics", TEXT, "basic", IMMATERIAL, ""),
            new Flag("listen-metrics-urls", URLS, "", HONOURED, "Further addresses for /metrics and /health."));

    private static final List<Flag> LOGGING = List.of(
            new Flag("logger", TEXT, "capnslog", HONOURED, "Plain lines (capnslog), or JSON (zap)."),
            new Flag("log-outputs", TEXT, "default", HONOURED, "stderr, stdout, default or files, comma-separated."),
            new Flag("log-level", TEXT, "info", HONOURED, "debug, info, warn, error, panic or fatal."),
            new Flag("debug", BOOL, "false", HONOURED, "As --log-level=debug."),
            new Flag("log-package-levels", TEXT, "", WITHOUT_EFFECT, ""));

    private static final List<Flag> V2_PROXY = List.of(
            new Flag("proxy", oneOf("off", "readonly", "on"), "off", REFUSED, "There is no v2 API."),
            new Flag("proxy-failure-wait", UNSIGNED, "5000", IMMATERIAL, ""),
            new Flag("proxy-refresh-interval", UNSIGNED, "30000", IMMATERIAL, ""),
            new Flag("proxy-dial-timeout", UNSIGNED, "1000", IMMATERIAL, ""),
            new Flag("proxy-write-timeout", UNSIGNED, "5000", IMMATERIAL, ""),
            new Flag("proxy-read-timeout", UNSIGNED, "0", IMMATERIAL, ""));

    private static final List<Flag> EXPERIMENTAL = List.of(
            new Flag(
                    "experimental-initial-corrupt-check",
                    BOOL,
                    "false",
                    WITHOUT_EFFECT,
                    "Have members compared while they serve, by --experimental-corrupt-check-time."),
            new Flag("experimental-corrupt-check-time", SPAN, "0s", HONOURED, "How often members compare."),
            new Flag("experimental-enable-v2v3", TEXT, "", WITHOUT_EFFECT, "There is no v2 API."),
            new Flag("experimental-backend-bbolt-freelist-type", TEXT, "array", WITHOUT_EFFECT, ""),
            new Flag(
                    "experimental-enable-lease-checkpoint",
                    BOOL,
                    "false",
                    WITHOUT_EFFECT,
                    "A new leader gives every lease its whole time to live again."),
            new Flag(
                    "experimental-enable-lease-checkpoint-persist",
                    BOOL,
                    "false",
                    WITHOUT_EFFECT,
                    "A new leader gives every lease its whole time to live again."),
            new Flag("experimental-compaction-batch-limit", SIGNED, "1000", WITHOUT_EFFECT, ""),
            new Flag("experimental-peer-skip-client-san-verification", BOOL, "false", WITHOUT_EFFECT, ""),
            new Flag(
                    "experimental-watch-progress-notify-interval",
                    SPAN,
                    "10m0s",
                    HONOURED,
                    "An idle watch that asked for it is told its progress this often."),
            new Flag("experimental-warning-apply-duration", SPAN, "100ms", WITHOUT_EFFECT, ""));

    private static final List<Flag> OTHER = List.of(
            new Flag("config-file", TEXT, "", HONOURED, "YAML; with it, flags and variables are not read."),
            new Flag("enable-grpc-gateway", BOOL, "true", HONOURED, "JSON over HTTP/1 under /v3."),
            new Flag(
                    "force-new-cluster",
                    BOOL,
                    "false",
                    REFUSED,
                    "Where a majority is lost for good, write what a member has left with --snapshot-to FILE, and begin a"
                            + " new cluster from FILE: by 'etcdctl snapshot restore', or with --restore-from."),
            new Flag("unsafe-no-fsync", BOOL, "false", WITHOUT_EFFECT, "What is acknowledged is on the disk."),
            new Flag("version", BOOL, "false", HONOURED, "Print the version and exit."));

    private static final List<Flag> OWN = List.of(
            new Flag(
                    "restore-from",
                    TEXT,
                    "",
                    HONOURED,
                    "A file of 'etcdctl snapshot save' to begin a new cluster from, in an empty data directory; where 'etcdctl"
                            + " snapshot restore' has made the data directories, that is not needed."),
            new Flag(
                    "snapshot-to",
                    TEXT,
                    "",
                    HONOURED,
                    "A file to write, as 'etcdctl snapshot save' would, what the stopped member in --data-dir has, and exit: for"
                            + " when the others are lost. Nothing in --data-dir is changed. It can hold a little more than was"
                            + " acknowledged to clients, and holds all that this member had."));

    /** By the heading that --help shows them under. */
    static final Map<String, List<Flag>> GROUPS = groups();

    private static final Map<String, Flag> BY_NAME = byName();

    private static Map<String, List<Flag>> groups() {
        Map<String, List<Flag>> groups = new LinkedHashMap<>();
        groups.put("Member", MEMBER);
        groups.put("Clustering", CLUSTERING);
        groups.put("Security", SECURITY);
        groups.put("Auth", AUTH);
        groups.put("Profiling and monitoring", PROFILING_AND_MONITORING);
        groups.put("Logging", LOGGING);
        groups.put("v2 proxy", V2_PROXY);
        groups.put("Experimental", EXPERIMENTAL);
        groups.put("Other", OTHER);
        groups.put("Troupe's own, which etcd has not", OWN);
        return groups;
    }

    private static Map<String, Flag> byName() {
        Map<String, Flag> flags = new LinkedHashMap<>();
        GROUPS.values().forEach(group -> group.forEach(flag -> flags.put(flag.name(), flag)));
        return flags;
    }

    /** In the order of --help. */
    static List<Flag> all() {
        return List.copyOf(BY_NAME.values());
    }

    static Optional<Flag> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }
}
