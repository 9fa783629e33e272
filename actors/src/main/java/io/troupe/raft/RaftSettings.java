package io.troupe.raft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * How the replicas of a node behave; read once from {@code troupe.raft}, where {@code reference.conf} explains
 * each.
 *
 * @param ticksPerHeartbeat time is counted in ticks of this fraction of the heartbeat interval
 * @param clockDriftBound over any time, no node's clock counts more than this many times what another's does; what a lease
 *     rests on
 * @param maxMessageBytes of one AppendEntries or snapshot chunk; one larger entry travels alone
 * @param maxInFlightMessages AppendEntries under way to one peer
 * @param maxInFlightBytes of them together
 * @param maxEntryBytes of one command
 * @param maxPendingProposals appended by the leader and not yet applied
 * @param maxPendingBytes of them together
 * @param maxPendingReads per replica
 * @param maxStashed messages kept while a replica recovers
 * @param maxWriteBytes of entries in one write to the journal
 * @param snapshotEntries a snapshot is taken when so many entries were applied since the last
 * @param snapshotBytes or so many bytes of them
 * @param retainedEntries kept in memory below a snapshot, for followers that are a little behind
 * @param journal plugin id; empty for the actor system's default
 * @param applyDispatcher of the state machines
 * @param blockingDispatcher for reading and writing snapshots
 */
public record RaftSettings(
        Duration heartbeatInterval,
        int ticksPerHeartbeat,
        Duration electionTimeout,
        double clockDriftBound,
        long maxMessageBytes,
        int maxInFlightMessages,
        long maxInFlightBytes,
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
        String applyDispatcher,
        String blockingDispatcher) {

    private static final String PATH = "troupe.raft";

    public RaftSettings {
        require(heartbeatInterval.toMillis() >= 2, "heartbeat-interval", heartbeatInterval, "at least 2ms");
        require(ticksPerHeartbeat >= 1, "ticks-per-heartbeat", ticksPerHeartbeat, "at least 1");
        require(
                electionTimeout.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                "election-timeout",
                electionTimeout,
                "at least three times heartbeat-interval (" + heartbeatInterval.toMillis() + "ms)");
        require(
                clockDriftBound >= 1 && clockDriftBound <= 100,
                "clock-drift-bound",
                clockDriftBound,
                "at least 1 and at most 100");
        require(maxMessageBytes >= 1024, "max-message-bytes", maxMessageBytes, "at least 1 KiB");
        require(maxInFlightMessages >= 1, "max-in-flight-messages", maxInFlightMessages, "at least 1");
        require(
                maxInFlightBytes >= maxMessageBytes,
                "max-in-flight-bytes",
                maxInFlightBytes,
                "at least max-message-bytes (" + maxMessageBytes + ")");
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
     * Reads {@code troupe.raft}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static RaftSettings from(Config root) {
        var raft = new Keys(root);
        return new RaftSettings(
                raft.duration("heartbeat-interval"),
                raft.integer("ticks-per-heartbeat"),
                raft.duration("election-timeout"),
                raft.decimal("clock-drift-bound"),
                raft.bytes("max-message-bytes"),
                raft.integer("max-in-flight-messages"),
                raft.bytes("max-in-flight-bytes"),
                raft.bytes("max-entry-bytes"),
                raft.integer("max-pending-proposals"),
                raft.bytes("max-pending-bytes"),
                raft.integer("max-pending-reads"),
                raft.integer("max-stashed"),
                raft.bytes("max-write-bytes"),
                raft.number("snapshot-entries"),
                raft.bytes("snapshot-bytes"),
                raft.number("retained-entries"),
                raft.text("journal"),
                raft.text("apply-dispatcher"),
                raft.text("blocking-dispatcher"));
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

        double decimal(String key) {
            return read(Config::getDouble, key, "a number, such as 1.1");
        }

        String text(String key) {
            return read(Config::getString, key, "a text");
        }
    }

    Duration tick() {
        return heartbeatInterval.dividedBy(ticksPerHeartbeat);
    }

    /** The minimum election timeout, in ticks. */
    int electionTicks() {
        return Math.toIntExact(Math.max(2, electionTimeout.toNanos() / tick().toNanos()));
    }

    /**
     * How long a leader's lease lasts by its own clock, from the beginning of the round that a quorum has answered (thesis
     * §6.4.1). The follower that answered counts {@link #electionTicks} ticks before it supports another candidate, and the
     * first of them may come at once.
     */
    Duration lease() {
        Duration stickiness = tick().multipliedBy(electionTicks() - 1);
        return Duration.ofNanos((long) (stickiness.toNanos() / clockDriftBound));
    }
}
