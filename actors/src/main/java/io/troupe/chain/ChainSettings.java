package io.troupe.chain;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.replication.SettingsSection;
import java.time.Duration;

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
 * @param maxBatchesUnderWay of updates that the head has sent on their way and that are not stable
 * @param maxPendingProposals taken by the head and not yet known to be stable
 * @param maxPendingBytes of them together
 * @param maxPendingReads per replica
 * @param maxStashed messages kept while a replica recovers
 * @param maxWriteBytes of updates in one write to the journal
 * @param snapshotEntries a snapshot is taken when so many updates were applied since the last
 * @param snapshotBytes or so many bytes of them
 * @param retainedEntries kept in memory below a snapshot, for servers that are a little behind
 * @param journal plugin id; empty for the actor system's default
 * @param applyDispatcher of what state machines may take long for
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
        int maxBatchesUnderWay,
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

    private static final SettingsSection SECTION = new SettingsSection("troupe.chain");

    public ChainSettings {
        SECTION.requirePace(heartbeatInterval, "failure-timeout", failureTimeout);
        SECTION.requireLease(lease, "failure-timeout", failureTimeout, maxClockDrift);
        SECTION.requireAtLeast(2, "max-messages-under-way", maxMessagesUnderWay);
        SECTION.requireAtLeast(1, "max-batches-under-way", maxBatchesUnderWay);
        SECTION.requireRequests(maxEntryBytes, maxPendingProposals, maxPendingBytes, maxPendingReads, maxStashed);
        SECTION.requireLog(maxMessageBytes, maxWriteBytes, snapshotEntries, snapshotBytes, retainedEntries);
    }

    /**
     * Reads {@code troupe.chain}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static ChainSettings from(Config root) {
        SettingsSection.Keys chain = SECTION.of(root);
        return new ChainSettings(
                arrangement(chain, "arrangement"),
                chain.duration("heartbeat-interval"),
                chain.duration("failure-timeout"),
                chain.duration("lease"),
                chain.fraction("max-clock-drift"),
                chain.bytes("max-message-bytes"),
                chain.integer("max-messages-under-way"),
                chain.bytes("max-entry-bytes"),
                chain.integer("max-batches-under-way"),
                chain.integer("max-pending-proposals"),
                chain.bytes("max-pending-bytes"),
                chain.integer("max-pending-reads"),
                chain.integer("max-stashed"),
                chain.bytes("max-write-bytes"),
                chain.number("snapshot-entries"),
                chain.bytes("snapshot-bytes"),
                chain.number("retained-entries"),
                chain.text("journal"),
                chain.text("apply-dispatcher"),
                chain.text("blocking-dispatcher"));
    }

    private static Arrangement arrangement(SettingsSection.Keys keys, String key) {
        String title = keys.text(key);
        return Arrangement.titled(title)
                .orElseThrow(() -> keys.wrong(key, "\"" + title + "\"", "one of " + Arrangement.titles()));
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
