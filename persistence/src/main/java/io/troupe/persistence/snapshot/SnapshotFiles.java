package io.troupe.persistence.snapshot;

import io.troupe.persistence.files.LogFile;
import io.troupe.persistence.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * Snapshots as files, one each, in a folder for each persistence id. The folder's name is the readable part of the id
 * and the SHA-256 of all of it, so that ids of any length and characters stay apart. A file is magic (8), format version
 * (4), CRC32C of the body (4), length of the body (4) and the body; it gets its name only when all of it is durable.
 */
final class SnapshotFiles {

    private static final long MAGIC = 0x54524F555045534EL; // "TROUPESN"
    private static final int FORMAT_VERSION = 1;
    private static final int PREFIX_BYTES = 20;
    private static final int READABLE_CHARACTERS = 40;
    private static final String TEMPORARY = ".tmp";

    private final LogFiles root;

    SnapshotFiles(LogFiles root) {
        this.root = root;
    }

    /** Saves durably; an earlier snapshot of the same sequence number is replaced. */
    void save(String persistenceId, SnapshotName name, byte[] body) throws IOException {
        LogFiles folder = root.directory(folder(persistenceId));
        String temporary = name.fileName() + TEMPORARY;
        try {
            write(folder, temporary, body);
            folder.rename(temporary, name.fileName());
        } catch (IOException e) {
            try {
                folder.delete(temporary);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
        folder.syncDirectory();
        delete(persistenceId, other -> other.sequenceNr() == name.sequenceNr() && !other.equals(name));
    }

    private static void write(LogFiles folder, String temporary, byte[] body) throws IOException {
        folder.delete(temporary);
        try (LogFile file = folder.open(temporary)) {
            ByteBuffer prefix = ByteBuffer.allocate(PREFIX_BYTES)
                    .putLong(MAGIC)
                    .putInt(FORMAT_VERSION)
                    .putInt(crc(body))
                    .putInt(body.length);
            file.write(0, prefix.flip());
            file.write(PREFIX_BYTES, ByteBuffer.wrap(body));
            file.force();
        }
    }

    /** The snapshots of a persistence id that fit, oldest first. */
    List<SnapshotName> find(String persistenceId, Predicate<SnapshotName> wanted) throws IOException {
        if (!root.exists(folder(persistenceId))) {
            return List.of();
        }
        return root.directory(folder(persistenceId)).list().stream()
                .map(SnapshotName::ofFile)
                .flatMap(Optional::stream)
                .filter(wanted)
                .sorted()
                .toList();
    }

    /**
     * The body of a snapshot.
     *
     * @throws DamagedSnapshotException when the file is not as it was written
     */
    byte[] load(String persistenceId, SnapshotName name) throws IOException {
        LogFiles folder = root.directory(folder(persistenceId));
        try (LogFile file = folder.open(name.fileName())) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(0, bytes);
            bytes.flip();
            if (bytes.remaining() < PREFIX_BYTES || bytes.getLong() != MAGIC || bytes.getInt() != FORMAT_VERSION) {
                throw new DamagedSnapshotException(folder.describe(name.fileName()), "it does not begin as a snapshot");
            }
            int crc = bytes.getInt();
            int length = bytes.getInt();
            if (length != bytes.remaining()) {
                throw new DamagedSnapshotException(
                        folder.describe(name.fileName()),
                        "it holds " + bytes.remaining() + " bytes and should hold " + length);
            }
            byte[] body = new byte[length];
            bytes.get(body);
            if (crc(body) != crc) {
                throw new DamagedSnapshotException(
                        folder.describe(name.fileName()), "its checksum does not match its bytes");
            }
            return body;
        }
    }

    void delete(String persistenceId, Predicate<SnapshotName> unwanted) throws IOException {
        List<SnapshotName> found = find(persistenceId, unwanted);
        if (found.isEmpty()) {
            return;
        }
        LogFiles folder = root.directory(folder(persistenceId));
        for (SnapshotName name : found) {
            folder.delete(name.fileName());
        }
        folder.syncDirectory();
    }

    /** Deletes what saves that a crash cut short left behind; not while one is under way. */
    void deleteLeftovers(String persistenceId) throws IOException {
        if (!root.exists(folder(persistenceId))) {
            return;
        }
        LogFiles folder = root.directory(folder(persistenceId));
        for (String name : folder.list()) {
            if (name.endsWith(TEMPORARY)) {
                folder.delete(name);
            }
        }
    }

    String describe(String persistenceId) {
        return root.describe(folder(persistenceId));
    }

    private static String folder(String persistenceId) {
        String readable = persistenceId.replaceAll("[^A-Za-z0-9._-]", "_");
        return readable.substring(0, Math.min(READABLE_CHARACTERS, readable.length())) + "-" + sha256(persistenceId);
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
