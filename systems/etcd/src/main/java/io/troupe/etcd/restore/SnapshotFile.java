package io.troupe.etcd.restore;

import io.troupe.etcd.bolt.BoltFile;
import io.troupe.etcd.bolt.BoltImage;
import io.troupe.etcd.mvcc.DatabaseReader;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * A database that a cluster may begin from, and how one is written.
 *
 * @param database the file
 * @param id tells this snapshot from others; never 0
 */
public record SnapshotFile(Path database, long id) {

    private static final int SECTOR = 512;
    private static final int DIGEST = 32;
    private static final int BUFFER = 64 * 1024;

    /**
     * @param path a file of {@code etcdctl snapshot save}, which has its SHA-256 behind it; or a directory of {@code etcdctl
     *     snapshot restore}
     * @throws IOException when it is neither, or damaged
     */
    static SnapshotFile at(Path path) throws IOException {
        return Files.isDirectory(path)
                ? restored(RestoredDirectory.database(path))
                : new SnapshotFile(path, verify(path));
    }

    /**
     * Restoring leaves the checksum away, and may go on with a compaction that was under way: the same for all members are the
     * changes since.
     */
    private static SnapshotFile restored(Path database) throws IOException {
        MessageDigest digest = sha256();
        try (BoltFile file = BoltFile.open(database)) {
            var reader = new DatabaseReader(file);
            long compacted = reader.compacted();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(compacted).array());
            reader.forEachChange(change -> {
                if (change.main() > compacted) {
                    digest.update(ByteBuffer.allocate(Long.BYTES)
                            .putLong(change.main())
                            .array());
                    digest.update(change.pair().toByteArray());
                }
            });
        }
        return new SnapshotFile(database, id(digest.digest()));
    }

    /**
     * @return a number that tells this snapshot from others
     * @throws IOException when the checksum is not there, or is another one: a copy of a member's own file has none
     */
    public static long verify(Path path) throws IOException {
        long length = Files.size(path);
        if (length % SECTOR != DIGEST) {
            throw new IOException(
                    path + " has no checksum at its end: it is not what etcdctl snapshot save writes, or it"
                            + " is cut short");
        }
        MessageDigest digest = sha256();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER)) {
            byte[] buffer = new byte[BUFFER];
            for (long left = length - DIGEST; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                digest.update(buffer, 0, read);
                left -= read;
            }
            byte[] written = in.readNBytes(DIGEST);
            if (!Arrays.equals(written, digest.digest())) {
                throw new IOException(path + " is damaged: its checksum is not that of what it holds");
            }
            return id(written);
        }
    }

    /**
     * Writes what {@code etcdctl snapshot save} would, whole or not at all, readable by its owner alone.
     *
     * @param path of a file that is not there yet
     * @throws IOException also when there is no room; nothing of it is left then
     */
    public static void write(Path path, BoltImage database) throws IOException {
        try {
            writeIn(path.toAbsolutePath().resolveSibling(""), path, database);
        } catch (IOException e) {
            throw new IOException(path + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void writeIn(Path folder, Path path, BoltImage database) throws IOException {
        Path part = Files.createTempFile(folder, path.getFileName() + ".", ".part");
        try {
            fill(part, database);
            Files.move(part, path);
        } finally {
            Files.deleteIfExists(part);
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    private static void fill(Path part, BoltImage database) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
            var out = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER);
            for (byte[] stretch : database) {
                digest.update(stretch);
                out.write(stretch);
            }
            out.write(digest.digest());
            out.flush();
            file.force(true);
        }
    }

    private static long id(byte[] digest) {
        return ByteBuffer.wrap(digest).getLong() | 1; // Never 0, which stands for no snapshot.
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
