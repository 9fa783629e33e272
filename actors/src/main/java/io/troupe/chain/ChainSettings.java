package io.troupe.chain;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;

/**
 * How the chain servers of a node behave; read once from {@code troupe.chain}, where {@code reference.conf} explains each.
 *
 * @param heartbeatInterval also the tick in which time is counted
 * @param failureTimeout a server not heard of for so long is reported to the master
 * @param lease for which a server enters no epoch without the server that answers queries, after it was asked
 * @param maxClockDrift how much faster or slower than true a node's clock may run, as a share
 * @param maxMessageBytes of one Forward or one snapshot chunk
 * @param maxMessagesUnderWay Forwards to one successor without a receipt
 * @param maxEntryBytes of one command
 * @param maxPendingProposals taken by the head and not yet known to be stable
 * @param maxPendingBytes of them together
 * @param maxPendingReads per replica
 * @param maxStashed messages kept while a replica recovers
 * @param maxWriteBytes of updates in one write to the journal
 * @param snapshotEntries a snapshot is taken when so many updates were applied since the last
 * @param snapshotBytes or so many bytes of them
 * @param retainedEntries kept in memory below a snapshot, for servers that are a little behind
 * @param journal plugin id; empty for the actor system's default
 * @param blockingDispatcher for reading and writing snapshots
 */
public record ChainSettings(
        Arrangement arrangement,
        Duration heartbeatInterval,
        Duration failureTimeout,
        Duration lease,
        double maxClockDrift,
        long maxMessageBytes,
        int maxMessagesUnderWay,
        long maxEntryBytes,
        int maxPendingProposals,
        long maxPendingBytes,
        int maxPendingReads,
        int maxStashed,
        long maxWriteBytes,
        long snapshotEntries,
        long snapshotBytes,
        long retainedEntries,
        String journal,
        String blockingDispatcher) {

    private static final String PATH = "troupe.chain";

    public ChainSettings {
        require(heartbeatInterval.toMillis() >= 2, "heartbeat-interval", heartbeatInterval, "at least 2ms");
        require(
                failureTimeout.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                "failure-timeout",
                failureTimeout,
                "at least three times heartbeat-interval (" + heartbeatInterval.toMillis() + "ms)");
        require(
                lease.compareTo(failureTimeout) <= 0 && !lease.isNegative(),
                "lease",
                lease,
                "from 0s to failure-timeout (" + failureTimeout.toMillis() + "ms)");
        require(maxClockDrift >= 0 && maxClockDrift < 1, "max-clock-drift", maxClockDrift, "0 or more, and below 1");
        require(maxMessageBytes >= 1024, "max-message-bytes", maxMessageBytes, "at least 1 KiB");
        require(maxMessagesUnderWay >= 2, "max-messages-under-way", maxMessagesUnderWay, "at least 2");
        require(maxEntryBytes >= 1, "max-entry-bytes", maxEntryBytes, "at least 1");
        require(maxPendingProposals >= 1, "max-pending-proposals", maxPendingProposals, "at least 1");
        require(
                maxPendingBytes >= maxEntryBytes,
                "max-pending-bytes",
                maxPendingBytes,
                "at least max-entry-bytes (" + maxEntryBytes + ")");
        require(maxPendingReads >= 1, "max-pending-reads", maxPendingReads, "at least 1");
        require(maxStashed >= 1, "max-stashed", maxStashed, "at least 1");
        require(maxWriteBytes >= 1024, "max-write-bytes", maxWriteBytes, "at least 1 KiB");
        require(snapshotEntries >= 1, "snapshot-entries", snapshotEntries, "at least 1");
        require(snapshotBytes >= 1, "snapshot-bytes", snapshotBytes, "at least 1");
        require(retainedEntries >= 0, "retained-entries", retainedEntries, "0 or more");
    }

    private static void require(boolean right, String key, Object value, String wanted) {
        if (!right) {
            throw new ConfigException.BadValue(PATH + "." + key, "is " + value + "; it must be " + wanted);
        }
    }

    /**
     * Reads {@code troupe.chain}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static ChainSettings from(Config root) {
        var chain = new Keys(root);
        return new ChainSettings(
                chain.arrangement("arrangement"),
                chain.duration("heartbeat-interval"),
                chain.duration("failure-timeout"),
                chain.duration("lease"),
                chain.fraction("max-clock-drift"),
                chain.bytes("max-message-bytes"),
                chain.integer("max-messages-under-way"),
                chain.bytes("max-entry-bytes"),
                chain.integer("max-pending-proposals"),
                chain.bytes("max-pending-bytes"),
                chain.integer("max-pending-reads"),
                chain.integer("max-stashed"),
                chain.bytes("max-write-bytes"),
                chain.number("snapshot-entries"),
                chain.bytes("snapshot-bytes"),
                chain.number("retained-entries"),
                chain.text("journal"),
                chain.text("blocking-dispatcher"));
    }

    /** Reads keys by their full path, so that what is wrong is told with path, value and what would be right. */
    private record Keys(Config root) {

        private <T> T read(BiFunction<Config, String, T> type, String key, String wanted) {
            String path = PATH + "." + key;
            try {
                return type.apply(root, path);
            } catch (ConfigException.Missing e) {
                throw e; // It names the path; the value is that there is none.
            } catch (ConfigException e) {
                var value = root.getValue(path);
                throw new ConfigException.BadValue(
                        value.origin(), path, "is " + value.render() + "; it must be " + wanted, e);
            }
        }

        Duration duration(String key) {
            return read(Config::getDuration, key, "a duration, such as 100ms or 1s");
        }

        long bytes(String key) {
            return read(Config::getBytes, key, "a size, such as 64 KiB or 1 MiB");
        }

        int integer(String key) {
            return read(Config::getInt, key, "a whole number");
        }

        long number(String key) {
            return read(Config::getLong, key, "a whole number");
        }

        double fraction(String key) {
            return read(Config::getDouble, key, "a share, such as 0.1");
        }

        String text(String key) {
            return read(Config::getString, key, "a text");
        }

        Arrangement arrangement(String key) {
            String title = text(key);
            List<String> titles =
                    Arrays.stream(Arrangement.values()).map(Arrangement::title).toList();
            return Arrays.stream(Arrangement.values())
                    .filter(arrangement -> arrangement.title().equals(title))
                    .findFirst()
                    .orElseThrow(() -> new ConfigException.BadValue(
                            root.getValue(PATH + "." + key).origin(),
                            PATH + "." + key,
                            "is \"" + title + "\"; it must be one of " + titles));
        }
    }

    /** In ticks. */
    int failureTicks() {
        return Math.toIntExact(Math.max(2, failureTimeout.toNanos() / heartbeatInterval.toNanos()));
    }

    /**
     * How long the server that answers queries may count on the lease, by its own clock from when it asked: with d the greatest
     * drift, what the fastest clock takes for {@link #lease} is lease/(1+d) of true time, and that is lease(1-d)/(1+d) by the
     * slowest.
     */
    Duration leaseAtHolder() {
        return Duration.ofNanos((long) (lease.toNanos() * (1 - maxClockDrift) / (1 + maxClockDrift)));
    }
}
