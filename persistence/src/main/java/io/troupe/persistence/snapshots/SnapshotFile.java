package io.troupe.persistence.snapshots;

import io.troupe.persistence.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The layout of a snapshot's file: the bytes, then a footer of 24 bytes: magic (8), length of the bytes (8), their
 * CRC-32C (4), and the CRC-32C of the footer before it (4); big-endian.
 */
record SnapshotFile(long length, int checksum) {

    static final int FOOTER_BYTES = 24;
    private static final long MAGIC = 0x5452_5350_534e_4150L; // "TRSPSNAP"

    ByteBuffer footer() {
        ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
        footer.putLong(MAGIC).putLong(length).putInt(checksum);
        footer.putInt(Checksums.of(footer.array(), 0, footer.position()));
        return footer.flip();
    }

    /** @param where what the file is called in messages */
    static SnapshotFile read(LogFile file, String where) throws IOException {
        long size = file.size();
        ByteBuffer footer = ByteBuffer.allocate(FOOTER_BYTES);
        if (size >= FOOTER_BYTES) {
            file.read(size - FOOTER_BYTES, footer);
        }
        if (footer.hasRemaining()) {
            throw damaged(where, "it has only " + size + " bytes");
        }
        int checksum = Checksums.of(footer.array(), 0, FOOTER_BYTES - Integer.BYTES);
        footer.flip();
        boolean magic = footer.getLong() == MAGIC;
        SnapshotFile found = new SnapshotFile(footer.getLong(), footer.getInt());
        if (!magic || footer.getInt() != checksum) {
            throw damaged(where, "its last " + FOOTER_BYTES + " bytes are no footer");
        }
        if (found.length() != size - FOOTER_BYTES) {
            throw damaged(where, "it has " + size + " bytes, but " + (found.length() + FOOTER_BYTES) + " were written");
        }
        return found;
    }

    static DamagedSnapshotException damaged(String where, String how) {
        return new DamagedSnapshotException("Snapshot " + where + " is damaged: " + how
                + ". Restore the file from a backup, or remove this node's data and let it join anew");
    }
}
