package io.troupe.pbft;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How the replicas of a node behave; read once from {@code troupe.pbft}, where {@code reference.conf} explains each.
 *
 * @param tick time is counted in these
 * @param viewChangeTimeout how long a request may wait before its replica wants another primary; doubles with each view
 *     that brings nothing
 * @param standingInterval how often a replica says where it is
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
 * @param clientPipeline requests of this node under way; what its clients ask meanwhile is the next one
 * @param clientSilence a request not answered for this long is sent to all replicas
 * @param clientPatience a request not answered for this long is given up, its outcome unknown
 * @param fastReads whether reads are answered without being ordered; then a write waits for a quorum of replies
 * @param pageBytes of a checkpoint's pages
 * @param maxStashed messages kept while a replica recovers
 * @param journal plugin id; empty for the actor system's default
 * @param blockingDispatcher for reading and writing states
 */
public record PbftSettings(
        Duration tick,
        Duration viewChangeTimeout,
        Duration standingInterval,
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
        int pageBytes,
        int maxStashed,
        String journal,
        String blockingDispatcher) {

    private static final String PATH = "troupe.pbft";

    public PbftSettings {
        require(tick.toMillis() >= 1, "tick", tick, "at least 1ms");
        require(
                viewChangeTimeout.compareTo(tick.multipliedBy(3)) >= 0,
                "view-change-timeout",
                viewChangeTimeout,
                "at least three ticks");
        require(standingInterval.compareTo(tick) >= 0, "standing-interval", standingInterval, "at least one tick");
        require(
                reservePatience.compareTo(tick.multipliedBy(3)) >= 0,
                "reserve-patience",
                reservePatience,
                "at least three ticks");
        require(checkpointInterval >= 1, "checkpoint-interval", checkpointInterval, "at least 1");
        require(
                window >= 2 * checkpointInterval,
                "window",
                window,
                "at least twice checkpoint-interval (" + checkpointInterval + ")");
        require(checkpointBytes >= 1, "checkpoint-bytes", checkpointBytes, "at least 1");
        require(pipeline >= 1, "pipeline", pipeline, "at least 1");
        require(maxBatchRequests >= 1, "max-batch-requests", maxBatchRequests, "at least 1");
        require(maxBatchBytes >= 1, "max-batch-bytes", maxBatchBytes, "at least 1");
        require(maxRequestBytes >= 1, "max-request-bytes", maxRequestBytes, "at least 1");
        require(
                maxWaitingRequests >= maxBatchRequests,
                "max-waiting-requests",
                maxWaitingRequests,
                "at least max-batch-requests (" + maxBatchRequests + ")");
        require(maxClientRequests >= 1, "max-client-requests", maxClientRequests, "at least 1");
        require(clientPipeline >= 1, "client-pipeline", clientPipeline, "at least 1");
        require(clientSilence.compareTo(tick) >= 0, "client-silence", clientSilence, "at least one tick");
        require(
                clientPatience.compareTo(clientSilence) > 0,
                "client-patience",
                clientPatience,
                "longer than client-silence (" + clientSilence.toMillis() + "ms)");
        require(pageBytes >= 16, "page-bytes", pageBytes, "at least 16 bytes");
        require(maxStashed >= 1, "max-stashed", maxStashed, "at least 1");
    }

    private static void require(boolean right, String key, Object value, String wanted) {
        if (!right) {
            throw new IllegalArgumentException(PATH + "." + key + " is " + value + "; right would be " + wanted);
        }
    }

    /** @throws IllegalArgumentException naming the path, the value, and what would be right */
    public static PbftSettings from(Config config) {
        Config pbft = config.getConfig(PATH);
        return new PbftSettings(
                pbft.getDuration("tick"),
                pbft.getDuration("view-change-timeout"),
                pbft.getDuration("standing-interval"),
                pbft.getDuration("reserve-patience"),
                pbft.getInt("checkpoint-interval"),
                pbft.getBytes("checkpoint-bytes"),
                pbft.getInt("window"),
                pbft.getInt("pipeline"),
                pbft.getInt("max-batch-requests"),
                pbft.getBytes("max-batch-bytes"),
                pbft.getBytes("max-request-bytes"),
                pbft.getInt("max-waiting-requests"),
                pbft.getInt("max-client-requests"),
                pbft.getInt("client-pipeline"),
                pbft.getDuration("client-silence"),
                pbft.getDuration("client-patience"),
                pbft.getBoolean("fast-reads"),
                pbft.getBytes("page-bytes").intValue(),
                pbft.getInt("max-stashed"),
                pbft.getString("journal"),
                pbft.getString("blocking-dispatcher"));
    }

    long ticks(Duration duration) {
        return Math.max(1, (duration.toMillis() + tick.toMillis() - 1) / tick.toMillis());
    }
}
