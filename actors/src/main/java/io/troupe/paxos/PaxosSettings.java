package io.troupe.paxos;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * How the Multi-Paxos replicas of a node behave; read once from {@code troupe.paxos}, where {@code reference.conf} explains
 * each.
 *
 * @param ticksPerHeartbeat time is counted in ticks of this fraction of the heartbeat interval
 * @param lease for which an acceptor promises nobody else after each message of the master
 * @param maxClockDrift how much faster or slower than true a node's clock may run, as a share
 * @param window α, of groups founded with it: instances open above the last decided
 * @param phase2Quorum acceptors that choose a value, of groups founded with it; 0 for a majority
 * @param maxMessageBytes of one Accept, one part of a Promise, one answer to who is behind, or one snapshot chunk
 * @param maxEntryBytes of one command
 * @param maxPendingProposals taken by the leader and not yet applied
 * @param maxPendingBytes of them together
 * @param maxPendingReads per replica
 * @param maxStashed messages kept while a replica recovers
 * @param maxWriteBytes of decrees in one write to the journal
 * @param snapshotEntries a snapshot is taken when so many instances were applied since the last
 * @param snapshotBytes or so many bytes of them
 * @param retainedEntries kept in memory below a snapshot, for replicas that are a little behind
 * @param journal plugin id; empty for the actor system's default
 * @param blockingDispatcher for reading and writing snapshots
 */
public record PaxosSettings(
        Duration heartbeatInterval,
        int ticksPerHeartbeat,
        Duration electionTimeout,
        Duration lease,
        double maxClockDrift,
        int window,
        int phase2Quorum,
        long maxMessageBytes,
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

    private static final String PATH = "troupe.paxos";

    public PaxosSettings {
        require(heartbeatInterval.toMillis() >= 2, "heartbeat-interval", heartbeatInterval, "at least 2ms");
        require(ticksPerHeartbeat >= 1, "ticks-per-heartbeat", ticksPerHeartbeat, "at least 1");
        require(
                electionTimeout.compareTo(heartbeatInterval.multipliedBy(3)) >= 0,
                "election-timeout",
                electionTimeout,
                "at least three times heartbeat-interval (" + heartbeatInterval.toMillis() + "ms)");
        require(
                lease.compareTo(electionTimeout) <= 0 && !lease.isNegative(),
                "lease",
                lease,
                "from 0s to election-timeout (" + electionTimeout.toMillis() + "ms)");
        require(maxClockDrift >= 0 && maxClockDrift < 1, "max-clock-drift", maxClockDrift, "0 or more, and below 1");
        require(window >= 1, "window", window, "at least 1");
        require(phase2Quorum >= 0, "phase2-quorum", phase2Quorum, "0 (a majority) or the number of acceptors");
        require(maxMessageBytes >= 1024, "max-message-bytes", maxMessageBytes, "at least 1 KiB");
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
     * Reads {@code troupe.paxos}.
     *
     * @throws ConfigException naming the path, the value and what would be right
     */
    public static PaxosSettings from(Config root) {
        var paxos = new Keys(root);
        return new PaxosSettings(
                paxos.duration("heartbeat-interval"),
                paxos.integer("ticks-per-heartbeat"),
                paxos.duration("election-timeout"),
                paxos.duration("lease"),
                paxos.fraction("max-clock-drift"),
                paxos.integer("window"),
                paxos.quorum("phase2-quorum"),
                paxos.bytes("max-message-bytes"),
                paxos.bytes("max-entry-bytes"),
                paxos.integer("max-pending-proposals"),
                paxos.bytes("max-pending-bytes"),
                paxos.integer("max-pending-reads"),
                paxos.integer("max-stashed"),
                paxos.bytes("max-write-bytes"),
                paxos.number("snapshot-entries"),
                paxos.bytes("snapshot-bytes"),
                paxos.number("retained-entries"),
                paxos.text("journal"),
                paxos.text("blocking-dispatcher"));
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

        int quorum(String key) {
            return text(key).equals("majority") ? 0 : read(Config::getInt, key, "majority, or a whole number");
        }
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

    /** How far above what it knows to be decided an acceptor votes; bounds its log. */
    long votesAheadMax() {
        return 4L * window;
    }
}
