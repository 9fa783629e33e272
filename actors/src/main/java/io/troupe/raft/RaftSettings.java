package io.troupe.raft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;

/**
 * How the replicas of a node behave; read once from {@code troupe.raft}, where {@code reference.conf} explains
 * each.
 *
 * @param ticksPerHeartbeat time is counted in ticks of this fraction of the heartbeat interval
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
 * @param blockingDispatcher for reading and writing snapshots
 */
public record RaftSettings(
        Duration heartbeatInterval,
        int ticksPerHeartbeat,
        Duration electionTimeout,
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
        Config raft = root.getConfig(PATH);
        return new RaftSettings(
                raft.getDuration("heartbeat-interval"),
                raft.getInt("ticks-per-heartbeat"),
                raft.getDuration("election-timeout"),
                raft.getBytes("max-message-bytes"),
                raft.getInt("max-in-flight-messages"),
                raft.getBytes("max-in-flight-bytes"),
                raft.getBytes("max-entry-bytes"),
                raft.getInt("max-pending-proposals"),
                raft.getBytes("max-pending-bytes"),
                raft.getInt("max-pending-reads"),
                raft.getInt("max-stashed"),
                raft.getBytes("max-write-bytes"),
                raft.getLong("snapshot-entries"),
                raft.getBytes("snapshot-bytes"),
                raft.getLong("retained-entries"),
                raft.getString("journal"),
                raft.getString("blocking-dispatcher"));
    }

    Duration tick() {
        return heartbeatInterval.dividedBy(ticksPerHeartbeat);
    }

    /** The minimum election timeout, in ticks. */
    int electionTicks() {
        return Math.toIntExact(Math.max(2, electionTimeout.toNanos() / tick().toNanos()));
    }
}
