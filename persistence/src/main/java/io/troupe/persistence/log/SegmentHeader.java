package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The first 48 bytes of a segment: magic (8), format version (4), generation (4), id of the log (16), base position
 * (8), CRC32C of those 40 (4), zero (4).
 */
final class SegmentHeader {

    static final int BYTES = 48;
    static final int FORMAT_VERSION = 1;

    private static final long MAGIC = 0x54524F5550454C47L; // "TROUPELG"
    private static final int CHECKED_BYTES = 40;

    private SegmentHeader() {}

    static ByteBuffer encode(UUID log, SegmentId id) {
        ByteBuffer header = ByteBuffer.allocate(BYTES)
                .putLong(MAGIC)
                .putInt(FORMAT_VERSION)
                .putInt(id.generation())
                .putLong(log.getMostSignificantBits())
                .putLong(log.getLeastSignificantBits())
                .putLong(id.base());
        return header.putInt(crc(header)).putInt(0).flip();
    }

    private static int crc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().limit(CHECKED_BYTES).position(0));
        return (int) crc.getValue();
    }

    /** Refuses a file that does not begin with the header of segment {@code id} of {@code log}. */
    static void verify(LogFile file, String where, UUID log, SegmentId id) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(BYTES);
        file.read(0, found);
        found.flip();
        if (!found.equals(encode(log, id))) {
            throw new DamagedLogException(
                    where,
                    0,
                    "its header is not that of segment " + id + " of log " + log,
                    "Put back the segment from a backup, or the whole directory it belongs to.");
        }
    }
}
