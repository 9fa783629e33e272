package io.troupe.etcd;

import com.sun.management.UnixOperatingSystemMXBean;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.cluster.GroupEngines;
import io.troupe.etcd.auth.JwtTokens;
import io.troupe.etcd.auth.SimpleTokens;
import io.troupe.etcd.auth.Tokens;
import io.troupe.etcd.compactor.Retention;
import io.troupe.replication.ReadConsistency;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code troupe.etcd}, validated; {@code reference.conf} says what each setting means.
 *
 * @param linearizableReads what a read is asked for as whose client did not ask for a serializable one
 */
public record EtcdSettings(
        ClientSettings client,
        String group,
        Optional<String> engine,
        ReadConsistency linearizableReads,
        int requestBytesMax,
        int txnOpsMax,
        Duration requestTimeout,
        Duration leaderPatience,
        int inFlightMax,
        long inFlightBytesMax,
        int streamsMax,
        long unreadAnswersBytesMax,
        int connectionsMax,
        int streamsPerConnectionMax,
        int snapshotsMax,
        long quotaBytes,
        AutoCompaction autoCompaction,
        Optional<Duration> corruptCheckInterval,
        Optional<Path> restoreFrom,
        boolean strictReconfigCheck,
        boolean endsWithMember,
        KeepAlive keepAlive,
        Auth auth,
        Watch watch,
        Lease lease) {

    /**
     * Probes of connections.
     *
     * @param minTime a client that probes more often is turned away
     * @param interval of the server's own probes
     * @param timeout a connection whose peer does not answer a probe for this long is closed
     */
    public record KeepAlive(Duration minTime, Duration interval, Duration timeout) {}

    /** @param mode and {@code retention} as {@link Retention#of} takes them */
    public record AutoCompaction(String mode, String retention) {

        /** Empty when nothing is compacted without being asked. */
        public Optional<Retention> start() {
            return Retention.of(mode, retention);
        }
    }

    /**
     * @param token etcd's --auth-token: "simple", or "jwt" and options
     * @param tokenTtl of simple tokens, since their last use
     */
    public record Auth(String token, Duration tokenTtl, int bcryptCost) {

        /** @throws IllegalArgumentException saying what is wrong with {@link #token} */
        public Tokens tokens() {
            List<String> parts = List.of(token.split(","));
            if (token.equals("simple")) {
                return new SimpleTokens(tokenTtl, System::nanoTime);
            }
            if (!parts.get(0).equals("jwt")) {
                throw new IllegalArgumentException("is \"" + token + "\"; it must be simple, or jwt and its options");
            }
            Map<String, String> options = new TreeMap<>();
            for (String option : parts.subList(1, parts.size())) {
                int equals = option.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("has \"" + option + "\"; an option must be name=value");
                }
                options.put(option.substring(0, equals), option.substring(equals + 1));
            }
            return JwtTokens.of(options, Clock.systemUTC());
        }
    }

    /** @param unreadBytesInAllMax of all streams together, as far as history is read for them */
    public record Watch(
            int watchersMax,
            int unreadEventsMax,
            int unreadBytesMax,
            long unreadBytesInAllMax,
            Duration progressInterval) {}

    /** @param minTtlSeconds what a lease is granted at the least */
    public record Lease(Duration checkInterval, int revokesPerCheckMax, long minTtlSeconds) {}

    /** gRPC framing and fields beside the request proper (etcd allows the same). */
    private static final int REQUEST_OVERHEAD_BYTES = 512 * 1024;

    /** etcd's own. */
    private static final long QUOTA_DEFAULT_BYTES = 2L << 30;

    /** File descriptors that are not for clients (embed's {@code reservedInternalFDNum}). */
    private static final int OWN_DESCRIPTORS = 150;

    private static final long BESIDE_THE_STORE_BYTES = 256L << 20;

    private static final int HEAP_SHARES = 8;

    /** Of the heap for each stream of a kind, of which there are four. One takes a tenth of it. */
    private static final int STREAM_ROOM_BYTES = 64 * 1024;

    private static final String PATH = "troupe.etcd";

    /** Of the largest message that is taken, and of the largest of a watch that takes fragments. */
    public int messageBytesMax() {
        return requestBytesMax + REQUEST_OVERHEAD_BYTES;
    }

    /**
     * @param root the node's whole configuration
     * @throws ConfigException when a value is missing or out of bounds, with its path and what would be right
     */
    public static EtcdSettings of(Config root) {
        Config config = root.getConfig(PATH);
        return new EtcdSettings(
                ClientSettings.of(config),
                nonEmpty(config, "group"),
                GroupEngines.named(root, PATH + ".engine"),
                linearizableReads(config),
                (int) within(config, "max-request-bytes", config.getBytes("max-request-bytes"), 1024, 64 << 20),
                (int) within(config, "max-txn-ops", config.getInt("max-txn-ops"), 0, 1_000_000),
                atLeast(config, "request-timeout", Duration.ofMillis(100)),
                atLeast(config, "leader-patience", Duration.ofMillis(100)),
                (int) within(config, "in-flight-max", config.getInt("in-flight-max"), 1, 1_000_000),
                bytesOrShare(config, "in-flight-bytes-max"),
                streamsMax(config),
                bytesOrShare(config, "unread-answers-bytes-max"),
                connectionsMax(config),
                (int) within(
                        config,
                        "streams-per-connection-max",
                        config.getInt("streams-per-connection-max"),
                        1,
                        1_000_000),
                (int) within(config, "snapshots-max", config.getInt("snapshots-max"), 1, 1_000),
                quota(config),
                autoCompaction(config),
                Optional.of(config.getDuration("corrupt-check-interval")).filter(interval -> !interval.isZero()),
                restoreFrom(config),
                config.getBoolean("strict-reconfig-check"),
                config.getBoolean("end-with-member"),
                new KeepAlive(
                        atLeast(config, "keep-alive.min-time", Duration.ofMillis(1)),
                        atLeast(config, "keep-alive.interval", Duration.ofSeconds(1)),
                        atLeast(config, "keep-alive.timeout", Duration.ofMillis(100))),
                auth(config),
                watch(config),
                lease(config));
    }

    /** 0 stands for an eighth of the largest heap. */
    private static long bytesOrShare(Config config, String path) {
        long given = within(config, path, config.getBytes(path), 0, Long.MAX_VALUE);
        return given > 0 ? given : Runtime.getRuntime().maxMemory() / HEAP_SHARES;
    }

    /** 0 stands for what the largest heap has room for. */
    private static int streamsMax(Config config) {
        String path = "streams-max";
        int given = (int) within(config, path, config.getInt(path), 0, Integer.MAX_VALUE);
        return given > 0
                ? given
                : (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / STREAM_ROOM_BYTES);
    }

    private static Watch watch(Config config) {
        String watchers = "watch.watchers-max";
        String events = "watch.unread-events-max";
        String bytes = "watch.unread-bytes-max";
        return new Watch(
                (int) within(config, watchers, config.getInt(watchers), 1, 10_000_000),
                (int) within(config, events, config.getInt(events), 1, 1_000_000),
                (int) within(config, bytes, config.getBytes(bytes), 64 * 1024, 1 << 30),
                bytesOrShare(config, "watch.unread-bytes-in-all-max"),
                atLeast(config, "watch.progress-interval", Duration.ofMillis(100)));
    }

    private static Lease lease(Config config) {
        String revokes = "lease.revokes-per-check-max";
        Duration minTtl = atLeast(config, "lease.min-ttl", Duration.ofMillis(1));
        return new Lease(
                atLeast(config, "lease.check-interval", Duration.ofMillis(10)),
                (int) within(config, revokes, config.getInt(revokes), 1, 100_000),
                minTtl.plusMillis(999).toSeconds());
    }

    private static ReadConsistency linearizableReads(Config config) {
        String path = "linearizable-reads";
        return switch (config.getString(path)) {
            case "read-index" -> ReadConsistency.LINEARIZABLE;
            case "lease" -> ReadConsistency.LEASE;
            default ->
                throw wrong(config, path, "is \"" + config.getString(path) + "\"; it must be read-index or lease");
        };
    }

    /** 0 stands for the default, and less than 0 for no quota; sizes in HOCON are never that. */
    private static long quota(Config config) {
        String path = "quota-backend-bytes";
        if (config.getString(path).startsWith("-")) {
            return config.getLong(path);
        }
        long bytes = config.getBytes(path);
        return bytes == 0
                ? Math.min(QUOTA_DEFAULT_BYTES, heldBy(Runtime.getRuntime().maxMemory()))
                : bytes;
    }

    /** 0 stands for what file descriptors there are, but for some that the member itself needs: as many as etcd keeps. */
    private static int connectionsMax(Config config) {
        String path = "connections-max";
        int given = (int) within(config, path, config.getInt(path), 0, Integer.MAX_VALUE);
        if (given > 0 || !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return given > 0 ? given : Integer.MAX_VALUE;
        }
        long left = system.getMaxFileDescriptorCount() - OWN_DESCRIPTORS;
        return (int) Math.max(1, Math.min(left, Integer.MAX_VALUE));
    }

    /** Three quarters of what a heap has beside the log since the last snapshot and all that is under way. */
    public static long heldBy(long heapBytes) {
        return Math.max(heapBytes / 4, (heapBytes - BESIDE_THE_STORE_BYTES) / 4 * 3);
    }

    /** A heap that holds a store of that many bytes, in whole mebibytes. */
    public static long heapFor(long storeBytes) {
        long bytes = BESIDE_THE_STORE_BYTES + storeBytes / 3 * 4;
        return (bytes + (2L << 20)) >> 20 << 20;
    }

    private static AutoCompaction autoCompaction(Config config) {
        var auto = new AutoCompaction(
                config.getString("auto-compaction.mode"), config.getString("auto-compaction.retention"));
        try {
            auto.start();
        } catch (IllegalArgumentException e) {
            boolean mode = List.of("periodic", "revision").contains(auto.mode());
            String path = mode ? "auto-compaction.retention" : "auto-compaction.mode";
            throw wrong(config, path, String.valueOf(e.getMessage()));
        }
        return auto;
    }

    private static Optional<Path> restoreFrom(Config config) {
        String file = config.getString("restore-from");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        if (!Files.isReadable(Path.of(file))) {
            throw wrong(
                    config,
                    "restore-from",
                    "is " + file + "; it must be a file or a directory that can be read, or empty");
        }
        return Optional.of(Path.of(file));
    }

    private static Auth auth(Config config) {
        var auth =
                new Auth(nonEmpty(config, "auth.token"), atLeast(config, "auth.token-ttl", Duration.ofSeconds(1)), (int)
                        within(config, "auth.bcrypt-cost", config.getInt("auth.bcrypt-cost"), 4, 31));
        try {
            auth.tokens();
        } catch (IllegalArgumentException e) {
            throw wrong(config, "auth.token", String.valueOf(e.getMessage()));
        }
        return auth;
    }

    static String nonEmpty(Config config, String path) {
        String value = config.getString(path);
        if (value.isBlank()) {
            throw wrong(config, path, "is empty; it must name something");
        }
        return value;
    }

    static long within(Config config, String path, long value, long min, long max) {
        if (value < min || value > max) {
            throw wrong(config, path, "is " + value + "; it must be from " + min + " to " + max);
        }
        return value;
    }

    private static Duration atLeast(Config config, String path, Duration min) {
        Duration value = config.getDuration(path);
        if (value.compareTo(min) < 0) {
            throw wrong(config, path, "is " + value.toMillis() + " ms; it must be at least " + min.toMillis() + " ms");
        }
        return value;
    }

    static ConfigException wrong(Config config, String path, String problem) {
        return new ConfigException.BadValue(config.getValue(path).origin(), PATH + "." + path, problem);
    }
}
