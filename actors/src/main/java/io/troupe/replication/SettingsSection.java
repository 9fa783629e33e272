package io.troupe.replication;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * The section of the configuration that one engine's settings are read from, and the bounds that engines have in common.
 * What is wrong is told with path, value and what would be right.
 *
 * @param path such as {@code troupe.raft}
 */
public record SettingsSection(String path) {

    // -- bounds

    /** @throws ConfigException.BadValue when it is not right */
    public void require(boolean right, String key, Object value, String wanted) {
        if (!right) {
            throw new ConfigException.BadValue(path + "." + key, message(value, wanted));
        }
    }

    private static String message(Object value, String wanted) {
        return "is " + value + "; it must be " + wanted;
    }

    public void requireAtLeast(long least, String key, long value) {
        require(value >= least, key, value, least == 0 ? "0 or more" : "at least " + least);
    }

    private void requireKibibyte(String key, long bytes) {
        require(bytes >= 1024, key, bytes, "at least 1 KiB");
    }

    /** @param timeoutKey of the silence after which a replica acts */
    public void requirePace(Duration heartbeatInterval, String timeoutKey, Duration timeout) {
        require(heartbeatInterval.toMillis() >= 2, "heartbeat-interval", heartbeatInterval, "at least 2ms");
        require(
                timeout.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                timeoutKey,
                timeout,
                "at least three times heartbeat-interval (" + heartbeatInterval.toMillis() + "ms)");
    }

    /** A lease that acceptors or servers grant for at most the time after which they act. */
    public void requireLease(Duration lease, String timeoutKey, Duration timeout, double maxClockDrift) {
        require(
                lease.compareTo(timeout) <= 0 && !lease.isNegative(),
                "lease",
                lease,
                "from 0s to " + timeoutKey + " (" + timeout.toMillis() + "ms)");
        require(maxClockDrift >= 0 && maxClockDrift < 1, "max-clock-drift", maxClockDrift, "0 or more, and below 1");
    }

    /** What clients may have under way. */
    public void requireRequests(
            long maxEntryBytes, int maxPendingProposals, long maxPendingBytes, int maxPendingReads, int maxStashed) {
        requireAtLeast(1, "max-entry-bytes", maxEntryBytes);
        requireAtLeast(1, "max-pending-proposals", maxPendingProposals);
        require(
                maxPendingBytes >= maxEntryBytes,
                "max-pending-bytes",
                maxPendingBytes,
                "at least max-entry-bytes (" + maxEntryBytes + ")");
        requireAtLeast(1, "max-pending-reads", maxPendingReads);
        requireAtLeast(1, "max-stashed", maxStashed);
    }

    /** What is sent and written at a time, and when snapshots are taken. */
    public void requireLog(
            long maxMessageBytes, long maxWriteBytes, long snapshotEntries, long snapshotBytes, long retainedEntries) {
        requireKibibyte("max-message-bytes", maxMessageBytes);
        requireKibibyte("max-write-bytes", maxWriteBytes);
        requireAtLeast(1, "snapshot-entries", snapshotEntries);
        requireAtLeast(1, "snapshot-bytes", snapshotBytes);
        requireAtLeast(0, "retained-entries", retainedEntries);
    }

    // -- reading

    public Keys of(Config root) {
        return new Keys(root, path);
    }

    /**
     * Reads keys by their full path.
     *
     * @param root the whole configuration
     */
    public record Keys(Config root, String section) {

        private <T> T read(BiFunction<Config, String, T> type, String key, String wanted) {
            String path = section + "." + key;
            try {
                return type.apply(root, path);
            } catch (ConfigException.Missing e) {
                throw e; // It names the path; the value is that there is none.
            } catch (ConfigException e) {
                throw new ConfigException.BadValue(
                        root.getValue(path).origin(),
                        path,
                        message(root.getValue(path).render(), wanted),
                        e);
            }
        }

        /** Of a value that is there. */
        public ConfigException wrong(String key, String value, String wanted) {
            String path = section + "." + key;
            return new ConfigException.BadValue(root.getValue(path).origin(), path, message(value, wanted));
        }

        public Duration duration(String key) {
            return read(Config::getDuration, key, "a duration, such as 100ms or 1s");
        }

        public long bytes(String key) {
            return read(Config::getBytes, key, "a size, such as 64 KiB or 1 MiB");
        }

        public int integer(String key) {
            return integer(key, "a whole number");
        }

        public int integer(String key, String wanted) {
            return read(Config::getInt, key, wanted);
        }

        public long number(String key) {
            return read(Config::getLong, key, "a whole number");
        }

        public double decimal(String key) {
            return read(Config::getDouble, key, "a number, such as 1.1");
        }

        public double fraction(String key) {
            return read(Config::getDouble, key, "a share, such as 0.1");
        }

        public boolean flag(String key) {
            return read(Config::getBoolean, key, "on or off");
        }

        public String text(String key) {
            return read(Config::getString, key, "a text");
        }
    }
}
