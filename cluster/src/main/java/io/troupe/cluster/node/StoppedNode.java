package io.troupe.cluster.node;

import com.typesafe.config.ConfigFactory;
import io.troupe.persistence.files.ReadOnlyFiles;
import io.troupe.persistence.journal.StoppedJournal;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.raft.StoppedReplica;
import io.troupe.replication.StateMachine;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import org.apache.pekko.actor.ActorSystem;

/**
 * The data of a node that does not run: for when too few of its peers are left to run with. It is locked, so that no node
 * starts on it meanwhile; nothing in it is changed, so that it may lie where nothing can be written.
 */
public final class StoppedNode implements Closeable {

    /** Nothing runs here: events are only read. */
    private static final String READING =
            """
            pekko.actor.provider = local
            pekko.loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
            pekko.logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
            pekko.loglevel = WARNING
            pekko.stdout-loglevel = ERROR
            """;

    private final Path path;
    private final FileChannel lock;
    private final String nodeId;

    private StoppedNode(Path path, FileChannel lock, String nodeId) {
        this.path = path;
        this.lock = lock;
        this.nodeId = nodeId;
    }

    /**
     * @throws NodeFailure when the directory is no node's, in use by one, or written by a newer Troupe
     * @throws IOException when it cannot be read
     */
    public static StoppedNode open(Path path) throws IOException {
        Path file = path.resolve(DataDirectory.STAMP);
        if (!Files.exists(file)) {
            throw NodeFailure.dataDirectory(
                    path + " is not the data directory of a node that has run: it has no " + DataDirectory.STAMP);
        }
        Properties stamp = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            stamp.load(in);
        }
        DataDirectory.refuseNewer(stamp.getProperty("format", ""), path);
        FileChannel lock = FileChannel.open(path.resolve(DataDirectory.LOCK), StandardOpenOption.READ);
        if (!isTaken(lock)) {
            lock.close();
            throw NodeFailure.dataDirectory(
                    "The data directory " + path + " is in use by a running node. Stop that node first");
        }
        return new StoppedNode(path, lock, stamp.getProperty("node", ""));
    }

    /** Shared with others who read; who runs on the directory has it alone. */
    private static boolean isTaken(FileChannel lock) throws IOException {
        try {
            return lock.tryLock(0, Long.MAX_VALUE, true) != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    public String nodeId() {
        return nodeId;
    }

    /**
     * Brings a new state machine to where this node's replica of {@code group} would be if all of its log were committed.
     *
     * @throws io.troupe.persistence.log.DamagedLogException when what was acknowledged cannot be read
     * @throws IOException also when Raft has ordered nothing for that group here
     */
    public StoppedReplica.End recover(String group, StateMachine machine) throws IOException {
        var replica = new StoppedReplica(group);
        ActorSystem system = ActorSystem.create(
                "stopped", ConfigFactory.parseString(READING).withFallback(ConfigFactory.defaultReference()));
        try (StoppedJournal journal = StoppedJournal.open(path.resolve(DataDirectory.JOURNAL), system)) {
            requireOrderedByRaft(group, journal);
            journal.replay(StoppedReplica.persistenceId(group, nodeId), replica::recover);
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
        var snapshots = new ReadOnlyFiles(path.resolve(DataDirectory.GROUP_SNAPSHOTS));
        return replica.applyTo(machine, new FileSnapshotStorage(snapshots));
    }

    /** An engine's replica writes its events under the engine's name, the group's and the node's. */
    private void requireOrderedByRaft(String group, StoppedJournal journal) throws IOException {
        String replica = "-" + group + "@" + nodeId;
        List<String> writers = journal.persistenceIds().stream()
                .filter(id -> id.endsWith(replica))
                .toList();
        if (!writers.isEmpty() && !writers.contains(StoppedReplica.persistenceId(group, nodeId))) {
            throw new IOException("On the node " + nodeId + " the group " + group + " is ordered by "
                    + writers.get(0).substring(0, writers.get(0).length() - replica.length())
                    + ", and only what Raft has ordered can be read of a node that does not run. Start a majority of the"
                    + " members again, or begin from a snapshot that was saved while there was one");
        }
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
