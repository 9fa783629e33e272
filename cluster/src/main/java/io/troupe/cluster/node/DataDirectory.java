package io.troupe.cluster.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory: locked while the node runs, and stamped with whose it is. Refused when
 * it is another node's, another cluster's, or written by a newer Troupe.
 */
public final class DataDirectory implements AutoCloseable {

    /** Raised when something below the directory changes so that older versions would misread it. */
    static final int FORMAT = 1;

    static final String STAMP = "node.properties";
    static final String LOCK = "lock";

    /** Where Pekko's journal and its snapshots lie, and the snapshots of consensus groups. */
    static final String JOURNAL = "journal";

    static final String SNAPSHOTS = "snapshots";
    static final String GROUP_SNAPSHOTS = "group-snapshots";

    /** A copy of what the group of replicated persistence has; made anew at each start. */
    static final String REPLICATED_STATE = "replicated-state";

    private static final List<String> DATA = List.of(JOURNAL, SNAPSHOTS, GROUP_SNAPSHOTS);

    private final Path path;
    private final FileChannel lock;
    private String id = "";

    private DataDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** @throws NodeFailure when the directory cannot be this node's */
    public static DataDirectory open(Path path, String nodeId, String cluster) {
        FileChannel lock;
        try {
            Files.createDirectories(path);
            lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw NodeFailure.dataDirectory("The data directory " + path + " cannot be written: " + e
                    + ". Make it writable for this user, or set troupe.node.data-dir to another");
        }
        DataDirectory directory = new DataDirectory(path, lock);
        try {
            directory.lock();
            directory.id = directory.stamp(nodeId, cluster);
            return directory;
        } catch (IOException e) {
            directory.close();
            throw NodeFailure.dataDirectory("The data directory " + path + " cannot be used: " + e.getMessage()
                    + ". Make it readable and writable for this user");
        } catch (NodeFailure refused) {
            directory.close();
            throw refused;
        }
    }

    public Path path() {
        return path;
    }

    /** Given to the directory when it was first used: another id of the same node means that its data is not there. */
    public String id() {
        return id;
    }

    /** A folder of a system's own; it is created. */
    public Path of(String system) {
        Path own = path.resolve(system);
        try {
            return Files.createDirectories(own);
        } catch (IOException e) {
            throw NodeFailure.dataDirectory("Cannot create " + own + ": " + e.getMessage());
        }
    }

    private void lock() throws IOException {
        @Nullable FileLock held;
        try {
            held = lock.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            held = null;
        }
        if (held == null) {
            throw NodeFailure.dataDirectory("The data directory " + path
                    + " is in use by a running node. Stop that node, or set troupe.node.data-dir to another");
        }
    }

    /** @return the directory's id */
    private String stamp(String nodeId, String cluster) throws IOException {
        Path file = path.resolve(STAMP);
        if (!Files.exists(file)) {
            refuseUnlessNew(file);
            Files.createDirectories(path.resolve(JOURNAL)); // Before the stamp, so that it is there whenever that is.
            return write(file, nodeId, cluster);
        }
        Properties stamp = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            stamp.load(in);
        }
        refuseUnlessEqual(stamp, "node", nodeId, "troupe.node.id");
        refuseUnlessEqual(stamp, "cluster", cluster, "troupe.cluster.name");
        refuseNewer(stamp.getProperty("format", ""), path);
        refuseWithoutJournal();
        String stamped = stamp.getProperty("id", "");
        return stamped.isEmpty() ? write(file, nodeId, cluster) : stamped; // The first stamps had none.
    }

    /** Data without a stamp is somebody's, and nobody can tell whose. */
    private void refuseUnlessNew(Path file) throws IOException {
        for (String part : DATA) {
            if (holdsData(path.resolve(part))) {
                throw NodeFailure.dataDirectory("The data directory " + path + " holds data ('" + part + "') and no "
                        + file.getFileName() + ", which says whose it is. Restore that file from a backup, or set"
                        + " troupe.node.data-dir to an empty directory");
            }
        }
    }

    private static boolean holdsData(Path part) throws IOException {
        if (!Files.isDirectory(part)) {
            return Files.exists(part);
        }
        try (Stream<Path> content = Files.list(part)) {
            return content.findAny().isPresent();
        }
    }

    /** A node that has forgotten its votes could vote twice. */
    private void refuseWithoutJournal() {
        if (!Files.isDirectory(path.resolve(JOURNAL))) {
            throw NodeFailure.dataDirectory("The data directory " + path + " has lost its '" + JOURNAL + "', in which"
                    + " the node keeps what it has promised to others. Put it back; or, when it is gone for good, delete"
                    + " the whole data directory, and let the node join as one that has lost its data");
        }
    }

    private void refuseUnlessEqual(Properties stamp, String key, String mine, String setting) {
        String stamped = stamp.getProperty(key, "");
        if (!stamped.equals(mine)) {
            throw NodeFailure.dataDirectory("The data directory " + path + " belongs to " + key + " '" + stamped
                    + "', not to '" + mine + "'. Set troupe.node.data-dir to this node's own, or " + setting + " to "
                    + stamped);
        }
    }

    /** @throws NodeFailure when {@code format}, as the stamp in {@code path} has it, is none that is read here */
    static void refuseNewer(String format, Path path) {
        int number;
        try {
            number = Integer.parseInt(format);
        } catch (NumberFormatException e) {
            throw NodeFailure.dataDirectory(path.resolve(STAMP) + " is damaged: format = '" + format
                    + "' is no number. Restore it from a backup");
        }
        if (number > FORMAT) {
            throw NodeFailure.dataDirectory("The data directory " + path + " has format " + number
                    + ", written by a newer Troupe; this one reads up to " + FORMAT + ". Run the newer one");
        }
    }

    private static String write(Path file, String nodeId, String cluster) throws IOException {
        String id = UUID.randomUUID().toString();
        Properties stamp = new Properties();
        stamp.setProperty("id", id);
        stamp.setProperty("node", nodeId);
        stamp.setProperty("cluster", cluster);
        stamp.setProperty("format", Integer.toString(FORMAT));
        replace(file, stamp, "Whose data this is. Do not edit.");
        return id;
    }

    /** Durably, and whole or not at all. */
    static void replace(Path file, Properties content, String comment) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(temporary)) {
            content.store(out, comment);
        }
        try (FileChannel written = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Releases the lock. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
