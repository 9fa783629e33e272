package io.troupe.raft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.replication.SettingsSection;
import java.time.Duration;

/**
 * How the replicas of a node behave; read once from {@code troupe.raft}, where {@code reference.conf} explains
 * each.
 *
 * @param ticksPerHeartbeat time is counted in ticks of this fraction of the heartbeat interval
 * @param commitInterval commit indexes that no entry goes along with are told this often at most
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
 * @param applyDispatcher of what state machines may take long for
 * @param blockingDispatcher for reading and writing snapshots
 */
public record RaftSettings(
        Duration heartbeatInterval,
        int ticksPerHeartbeat,
        Duration electionTimeout,
        Duration commitInterval,
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

    private static final SettingsSection SECTION = new SettingsSection("troupe.raft");

    public RaftSettings {
        SECTION.requirePace(heartbeatInterval, "election-timeout", electionTimeout);
        SECTION.requireAtLeast(1, "ticks-per-heartbeat", ticksPerHeartbeat);
        SECTION.require(
                commitInterval.toMillis() >= 1 && commitInterval.compareTo(heartbeatInterval) <= 0,
                "commit-interval",
                commitInterval,
                "at least 1ms and at most heartbeat-interval (" + heartbeatInterval.toMillis() + "ms)");
        SECTION.require(
                clockDriftBound >= 1 && clockDriftBound <= 100,
                "clock-drift-bound",
                clockDriftBound,
                "at least 1 and at most 100");
        SECTION.requireAtLeast(1, "max-in-flight-messages", maxInFlightMessages);
        SECTION.require(
                maxInFlightBytes >= maxMessageBytes,
                "max-in-flight-bytes",
                maxInFlightBytes,
                "at least max-message-bytes (" + maxMessageBytes + ")");
        SECTION.requireRequests(maxEntryBytes, maxPendingProposals, maxPendingBytes, maxPendingReads, maxStashed);
        SECTION.requireLog(maxMessageBytes, maxWriteBytes, snapshotEntries, snapshotBytes, retainedEntries);
    }

    /**
     * Reads {@code troupe.raft}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static RaftSettings from(Config root) {
        SettingsSection.Keys raft = SECTION.of(root);
        return new RaftSettings(
                raft.duration("heartbeat-interval"),
                raft.integer("ticks-per-heartbeat"),
                raft.duration("election-timeout"),
                raft.duration("commit-interval"),
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
