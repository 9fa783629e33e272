package io.troupe.paxos;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.replication.SettingsSection;
import java.time.Duration;

/**
 * How the Multi-Paxos replicas of a node behave; read once from {@code troupe.paxos}, where {@code reference.conf} explains
 * each.
 *
 * @param ticksPerHeartbeat time is counted in ticks of this fraction of the heartbeat interval
 * @param lease for which an acceptor promises nobody else after each message of the master
 * @param maxClockDrift how much faster or slower than true a node's clock may run, as a share
 * @param window α, of groups founded with it: instances open above the last decided
 * @param phase1Quorum acceptors, at the least, that must promise before this node may lead; 0 for as few as intersect phase 2's
 * @param phase2Quorum acceptors that choose a value, of groups founded with it; 0 for a majority
 * @param maxMessageBytes of one Accept, one part of a Promise, one answer to who is behind, or one snapshot chunk
 * @param maxEntryBytes of one command
 * @param maxBatchesUnderWay of commands that the leader has proposed together and that are not all decided
 * @param maxPendingProposals taken by the leader and not yet applied
 * @param maxPendingBytes of them together
 * @param maxPendingReads per replica
 * @param maxStashed messages kept while a replica recovers
 * @param maxWriteBytes of decrees in one write to the journal
 * @param snapshotEntries a snapshot is taken when so many instances were applied since the last
 * @param snapshotBytes or so many bytes of them
 * @param retainedEntries kept in memory below a snapshot, for replicas that are a little behind
 * @param journal plugin id; empty for the actor system's default
 * @param applyDispatcher of what state machines may take long for
 * @param blockingDispatcher for reading and writing snapshots
 */
public record PaxosSettings(
        Duration heartbeatInterval,
        int ticksPerHeartbeat,
        Duration electionTimeout,
        Duration lease,
        double maxClockDrift,
        int window,
        int phase1Quorum,
        int phase2Quorum,
        long maxMessageBytes,
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

    private static final SettingsSection SECTION = new SettingsSection("troupe.paxos");

    public PaxosSettings {
        SECTION.requirePace(heartbeatInterval, "election-timeout", electionTimeout);
        SECTION.requireAtLeast(1, "ticks-per-heartbeat", ticksPerHeartbeat);
        SECTION.requireLease(lease, "election-timeout", electionTimeout, maxClockDrift);
        SECTION.requireAtLeast(1, "window", window);
        SECTION.require(phase1Quorum >= 0, "phase1-quorum", phase1Quorum, "0 (derived) or the number of acceptors");
        SECTION.require(phase2Quorum >= 0, "phase2-quorum", phase2Quorum, "0 (a majority) or the number of acceptors");
        SECTION.requireAtLeast(1, "max-batches-under-way", maxBatchesUnderWay);
        SECTION.requireRequests(maxEntryBytes, maxPendingProposals, maxPendingBytes, maxPendingReads, maxStashed);
        SECTION.requireLog(maxMessageBytes, maxWriteBytes, snapshotEntries, snapshotBytes, retainedEntries);
    }

    /**
     * Reads {@code troupe.paxos}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static PaxosSettings from(Config root) {
        SettingsSection.Keys paxos = SECTION.of(root);
        return new PaxosSettings(
                paxos.duration("heartbeat-interval"),
                paxos.integer("ticks-per-heartbeat"),
                paxos.duration("election-timeout"),
                paxos.duration("lease"),
                paxos.fraction("max-clock-drift"),
                paxos.integer("window"),
                quorum(paxos, "phase1-quorum", "derived"),
                quorum(paxos, "phase2-quorum", "majority"),
                paxos.bytes("max-message-bytes"),
                paxos.bytes("max-entry-bytes"),
                paxos.integer("max-batches-under-way"),
                paxos.integer("max-pending-proposals"),
                paxos.bytes("max-pending-bytes"),
                paxos.integer("max-pending-reads"),
                paxos.integer("max-stashed"),
                paxos.bytes("max-write-bytes"),
                paxos.number("snapshot-entries"),
                paxos.bytes("snapshot-bytes"),
                paxos.number("retained-entries"),
                paxos.text("journal"),
                paxos.text("apply-dispatcher"),
                paxos.text("blocking-dispatcher"));
    }

    private static int quorum(SettingsSection.Keys keys, String key, String none) {
        return keys.text(key).equals(none) ? 0 : keys.integer(key, none + ", or a whole number");
    }

    /**
     * Refuses quorums of the two phases that need not intersect (Howard, Malkhi and Spiegelman 2016, §3), or that there are not.
     *
     * @param members that found groups
     * @throws ConfigException naming the path, the value and what would be right
     */
    public void requireQuorumsOf(int members) {
        String ofMembers = members + ", which is how many members there are";
        SECTION.require(phase2Quorum <= members, "phase2-quorum", phase2Quorum, "majority, or from 1 to " + ofMembers);
        SECTION.require(phase1Quorum <= members, "phase1-quorum", phase1Quorum, "derived, or from 1 to " + ofMembers);
        int phase2 = phase2Quorum == 0 ? Quorums.majority(members) : phase2Quorum;
        SECTION.require(
                phase1Quorum == 0 || Quorums.intersect(phase1Quorum, phase2, members),
                "phase1-quorum",
                phase1Quorum,
                "derived, or from " + Quorums.leastPhase1(phase2, members) + " to " + members + ": phase 2 takes "
                        + phase2
                        + " (phase2-quorum), and each quorum of the one must have a member in common with each of the other");
    }

    Duration tick() {
        return heartbeatInterval.dividedBy(ticksPerHeartbeat);
    }

    /** In ticks. */
    int electionTicks() {
        return Math.toIntExact(Math.max(2, electionTimeout.toNanos() / tick().toNanos()));
    }

    /**
     * How long a master may count on the lease, by its own clock from when it asked: with d the greatest drift, what the
     * fastest acceptor's clock takes for {@link #lease} is lease/(1+d) of true time, and that is lease(1-d)/(1+d) by the
     * slowest master's.
     */
    Duration leaseAtMaster() {
        return Duration.ofNanos((long) (lease.toNanos() * (1 - maxClockDrift) / (1 + maxClockDrift)));
    }
}
