package io.troupe.persistence.replicated;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.troupe.raft.RaftSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What {@code troupe.persistence.replicated} configures; {@code reference.conf} explains each.
 *
 * @param node stable id of this node; empty for the only member's
 * @param members stable ids of the nodes that have a replica; empty for this node alone
 * @param directory where a group that the plugin hosts itself keeps everything
 * @param timeout how long a request may take before it fails
 */
record ReplicatedSettings(
        Hosting hosting,
        String group,
        String node,
        List<String> members,
        Path directory,
        Duration timeout,
        int writeBytesMax,
        int batchBytesMax,
        long queueBytesMax,
        int pageBytes,
        int snapshotBytesMax) {

    static final String PATH = "troupe.persistence.replicated";

    static final String JOURNAL_PLUGIN = "troupe.persistence.replicated-journal";
    static final String SNAPSHOT_PLUGIN = "troupe.persistence.replicated-snapshot-store";

    /** The journal of the group's log, when the plugin hosts the group itself. */
    static final String LOG_PLUGIN = PATH + ".log";

    private static final String ONLY_NODE = "self";

    /** Room in an entry of the group's log for what is not payload: names, and the session's numbers. */
    private static final int ENTRY_OVERHEAD_BYTES = 256 << 10;

    /** Room in a frame between nodes for what is not the entry. */
    private static final int FRAME_OVERHEAD_BYTES = 4 << 10;

    enum Hosting {
        OWN,
        PROVIDED
    }

    /**
     * @param root the actor system's configuration
     * @throws IllegalArgumentException naming the path, its value and what would be right
     */
    static ReplicatedSettings of(Config root) {
        try {
            Config config = root.getConfig(PATH);
            ReplicatedSettings settings = new ReplicatedSettings(
                    hosting(config.getString("host")),
                    config.getString("group"),
                    config.getString("node"),
                    List.copyOf(config.getStringList("members")),
                    Path.of(config.getString("dir")),
                    config.getDuration("timeout"),
                    Math.toIntExact(config.getBytes("write-size-max")),
                    Math.toIntExact(config.getBytes("batch-size-max")),
                    config.getBytes("queue-size-max"),
                    Math.toIntExact(config.getBytes("page-size")),
                    Math.toIntExact(config.getBytes("snapshot-size-max")));
            settings.check(root);
            return settings.alone();
        } catch (ConfigException | ArithmeticException e) {
            throw new IllegalArgumentException(PATH + " is misconfigured: " + e.getMessage(), e);
        }
    }

    private static Hosting hosting(String host) {
        return switch (host) {
            case "own" -> Hosting.OWN;
            case "provided" -> Hosting.PROVIDED;
            default -> throw wrong("host", host, "own or provided");
        };
    }

    private static IllegalArgumentException wrong(String key, Object value, String right) {
        return new IllegalArgumentException(
                PATH + "." + key + " = " + value + " is not possible, right would be " + right);
    }

    private void check(Config root) {
        require(timeout.toMillis() >= 100, "timeout", timeout, "100ms or more");
        require(batchBytesMax >= 4096, "batch-size-max", batchBytesMax, "4 KiB or more");
        require(writeBytesMax >= 1024, "write-size-max", writeBytesMax, "1 KiB or more");
        long entryMax = RaftSettings.from(root).maxEntryBytes();
        int largest = Math.max(batchBytesMax, writeBytesMax);
        String key = largest == batchBytesMax ? "batch-size-max" : "write-size-max";
        require(
                largest + ENTRY_OVERHEAD_BYTES <= entryMax,
                key,
                largest,
                "at least 256 KiB less than troupe.raft.max-entry-bytes = " + entryMax);
        require(queueBytesMax >= batchBytesMax, "queue-size-max", queueBytesMax, "at least batch-size-max");
        require(pageBytes >= 1024, "page-size", pageBytes, "1 KiB or more");
        require(snapshotBytesMax >= 1024, "snapshot-size-max", snapshotBytesMax, "1 KiB or more");
        if (hosting == Hosting.OWN) {
            checkOwn(root, entryMax);
        }
    }

    private void checkOwn(Config root, long entryMax) {
        require(!directory.toString().isBlank(), "dir", "''", "the path of a directory on a local disk");
        boolean inCluster = root.getString("pekko.actor.provider").contains("cluster");
        require(
                !inCluster || !members.isEmpty(),
                "members",
                members,
                "the ids of the nodes that are to have the events, such as [\"n1\", \"n2\", \"n3\"], for this actor system"
                        + " belongs to a cluster");
        require(
                members.isEmpty() || members.contains(node),
                "node",
                "'" + node + "'",
                "one of " + PATH + ".members = " + members);
        if (members.size() > 1) {
            long frame = root.getBytes("pekko.remote.artery.advanced.maximum-frame-size");
            long message = Math.max(entryMax, RaftSettings.from(root).maxMessageBytes());
            if (message + FRAME_OVERHEAD_BYTES > frame) {
                throw new IllegalArgumentException("pekko.remote.artery.advanced.maximum-frame-size = " + frame
                        + " is too small for the group's messages of up to " + message
                        + " bytes (troupe.raft.max-entry-bytes, max-message-bytes), right would be 4 MiB");
            }
        }
    }

    private static void require(boolean right, String key, Object value, String wanted) {
        if (!right) {
            throw wrong(key, value, wanted);
        }
    }

    /** With the only node's id and membership filled in. */
    private ReplicatedSettings alone() {
        return members.isEmpty() ? withMember(node.isEmpty() ? ONLY_NODE : node) : this;
    }

    private ReplicatedSettings withMember(String only) {
        return new ReplicatedSettings(
                hosting,
                group,
                only,
                List.of(only),
                directory,
                timeout,
                writeBytesMax,
                batchBytesMax,
                queueBytesMax,
                pageBytes,
                snapshotBytesMax);
    }
}
