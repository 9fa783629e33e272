package io.troupe.pbft;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.replication.SettingsSection;
import java.time.Duration;

/**
 * How the replicas of a node behave; read once from {@code troupe.pbft}, where {@code reference.conf} explains each.
 *
 * @param tick time is counted in these
 * @param viewChangeTimeout how long a request may wait before its replica wants another primary; doubles with each view
 *     that brings nothing
 * @param standingInterval how often a replica says where it is
 * @param keyRefreshInterval how often a replica has others seal under a new key; under one before the last it reads nothing
 * @param reservePatience how long a batch may take to commit until the replicas in reserve are to vote, too
 * @param checkpointInterval K: a checkpoint is taken each so many sequence numbers
 * @param checkpointBytes and when the batches since the last one have so many bytes
 * @param window L: sequence numbers above the last stable checkpoint that are open
 * @param pipeline batches that a primary has under way
 * @param maxBatchRequests operations in one batch, and in one request
 * @param maxBatchBytes of them together; one larger travels alone
 * @param maxRequestBytes of one command
 * @param maxWaitingRequests operations known to a replica and not executed
 * @param maxClientRequests operations of this node's clients under way
 * @param clientPipeline requests of this node under way, 1 to 4; what its clients ask meanwhile is the next one
 * @param clientSilence a request not answered for this long is sent to all replicas
 * @param clientPatience a request not answered for this long is given up, its outcome unknown
 * @param fastReads whether reads are answered without being ordered; then a write waits for a quorum of replies
 * @param tentativeExecution whether batches are executed, and clients answered, before they have committed
 * @param piggybackedCommits whether commits that no client waits for travel with the votes for the next batch
 * @param piggybackedCommitsAfter when so many votes have followed a commit within a tick
 * @param pageBytes of a checkpoint's pages
 * @param maxStashed messages kept while a replica recovers
 * @param journal plugin id; empty for the actor system's default
 * @param blockingDispatcher for reading and writing states
 */
public record PbftSettings(
        Duration tick,
        Duration viewChangeTimeout,
        Duration standingInterval,
        Duration keyRefreshInterval,
        Duration reservePatience,
        int checkpointInterval,
        long checkpointBytes,
        int window,
        int pipeline,
        int maxBatchRequests,
        long maxBatchBytes,
        long maxRequestBytes,
        int maxWaitingRequests,
        int maxClientRequests,
        int clientPipeline,
        Duration clientSilence,
        Duration clientPatience,
        boolean fastReads,
        boolean tentativeExecution,
        boolean piggybackedCommits,
        int piggybackedCommitsAfter,
        int pageBytes,
        int maxStashed,
        String journal,
        String blockingDispatcher) {

    /** So many replies, and as many of ordered reads, are kept for each client ({@link RecentReplies}). */
    static final int CLIENT_PIPELINE_MAX = 4;

    private static final long OPERATION_BYTES_MIN = 4 << 10;

    private static final SettingsSection SECTION = new SettingsSection("troupe.pbft");

    public PbftSettings {
        SECTION.require(tick.toMillis() >= 1, "tick", tick, "at least 1ms");
        SECTION.require(
                viewChangeTimeout.compareTo(tick.multipliedBy(3)) >= 0,
                "view-change-timeout",
                viewChangeTimeout,
                "at least three ticks");
        requireTick(tick, "standing-interval", standingInterval);
        SECTION.require(
                keyRefreshInterval.compareTo(standingInterval.multipliedBy(4)) >= 0,
                "key-refresh-interval",
                keyRefreshInterval,
                "at least four times standing-interval (" + standingInterval.toMillis() + "ms)");
        SECTION.require(
                reservePatience.compareTo(tick.multipliedBy(3)) >= 0,
                "reserve-patience",
                reservePatience,
                "at least three ticks");
        SECTION.requireAtLeast(1, "checkpoint-interval", checkpointInterval);
        SECTION.require(
                window >= 2 * checkpointInterval,
                "window",
                window,
                "at least twice checkpoint-interval (" + checkpointInterval + ")");
        SECTION.requireAtLeast(1, "checkpoint-bytes", checkpointBytes);
        SECTION.requireAtLeast(1, "pipeline", pipeline);
        SECTION.requireAtLeast(1, "max-batch-requests", maxBatchRequests);
        SECTION.requireAtLeast(1, "max-batch-bytes", maxBatchBytes);
        SECTION.requireAtLeast(1, "max-request-bytes", maxRequestBytes);
        SECTION.require(
                maxWaitingRequests >= maxBatchRequests,
                "max-waiting-requests",
                maxWaitingRequests,
                "at least max-batch-requests (" + maxBatchRequests + ")");
        SECTION.requireAtLeast(1, "max-client-requests", maxClientRequests);
        SECTION.require(
                clientPipeline >= 1 && clientPipeline <= CLIENT_PIPELINE_MAX,
                "client-pipeline",
                clientPipeline,
                "1 to " + CLIENT_PIPELINE_MAX);
        requireTick(tick, "client-silence", clientSilence);
        SECTION.require(
                clientPatience.compareTo(clientSilence) > 0,
                "client-patience",
                clientPatience,
                "longer than client-silence (" + clientSilence.toMillis() + "ms)");
        SECTION.requireAtLeast(0, "piggybacked-commits-after", piggybackedCommitsAfter);
        SECTION.require(pageBytes >= 16, "page-bytes", pageBytes, "at least 16 bytes");
        SECTION.requireAtLeast(1, "max-stashed", maxStashed);
    }

    private static void requireTick(Duration tick, String key, Duration value) {
        SECTION.require(value.compareTo(tick) >= 0, key, value, "at least one tick");
    }

    /** @throws ConfigException naming the path, the value, and what would be right */
    public static PbftSettings from(Config config) {
        SettingsSection.Keys pbft = SECTION.of(config);
        return new PbftSettings(
                pbft.duration("tick"),
                pbft.duration("view-change-timeout"),
                pbft.duration("standing-interval"),
                pbft.duration("key-refresh-interval"),
                pbft.duration("reserve-patience"),
                pbft.integer("checkpoint-interval"),
                pbft.bytes("checkpoint-bytes"),
                pbft.integer("window"),
                pbft.integer("pipeline"),
                pbft.integer("max-batch-requests"),
                pbft.bytes("max-batch-bytes"),
                pbft.bytes("max-request-bytes"),
                pbft.integer("max-waiting-requests"),
                pbft.integer("max-client-requests"),
                pbft.integer("client-pipeline"),
                pbft.duration("client-silence"),
                pbft.duration("client-patience"),
                pbft.flag("fast-reads"),
                pbft.flag("tentative-execution"),
                pbft.flag("piggybacked-commits"),
                pbft.integer("piggybacked-commits-after"),
                Math.toIntExact(pbft.bytes("page-bytes")),
                pbft.integer("max-stashed"),
                pbft.text("journal"),
                pbft.text("blocking-dispatcher"));
    }

    /**
     * A request with more bytes for each of its operations counts for more of them ({@link Requests}). Half of that is what a
     * batch has for each, so that whatever a correct client asks for counts for no more than a batch may have.
     */
    long operationBytes() {
        long largest = Math.max(maxBatchBytes, maxRequestBytes);
        return Math.max(OPERATION_BYTES_MIN, 2 * largest / maxBatchRequests);
    }

    long ticks(Duration duration) {
        return Math.max(1, (duration.toMillis() + tick.toMillis() - 1) / tick.toMillis());
    }
}
