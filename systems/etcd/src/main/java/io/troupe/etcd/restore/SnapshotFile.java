package io.troupe.etcd.restore;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** The file that {@code etcdctl snapshot save} writes: a database, and its SHA-256 behind it. */
public final class SnapshotFile {

    private static final int SECTOR = 512;
    private static final int DIGEST = 32;
    private static final int BUFFER = 64 * 1024;

    private SnapshotFile() {}

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
            return ByteBuffer.wrap(written).getLong() | 1; // Never 0, which stands for no snapshot.
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
