package io.troupe.persistence.snapshots;

import io.troupe.persistence.files.LogFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads a snapshot's bytes; when they were read from first to last, their checksum must be right. */
final class SnapshotInput extends InputStream {

    private final LogFile file;
    private final SnapshotFile layout;
    private final String where;
    private final CRC32C checksum = new CRC32C();
    private long position;
    private boolean skipped;

    SnapshotInput(LogFile file, SnapshotFile layout, String where) {
        this.file = file;
        this.layout = layout;
        this.where = where;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte @Nullable [] into, int offset, int length) throws IOException {
        if (into == null) {
            throw new NullPointerException("into");
        }
        if (length == 0) {
            return 0;
        }
        int wanted = (int) Math.min(length, layout.length() - position);
        if (wanted <= 0) {
            return -1;
        }
        int count = file.read(position, ByteBuffer.wrap(into, offset, wanted));
        if (count < wanted) {
            throw SnapshotFile.damaged(where, "it ends at byte " + (position + count));
        }
        position += count;
        checksum.update(into, offset, count);
        if (position == layout.length() && !skipped && (int) checksum.getValue() != layout.checksum()) {
            throw SnapshotFile.damaged(where, "its checksum does not match its bytes");
        }
        return count;
    }

    /** Bytes that are skipped are not checked. */
    @Override
    public long skip(long count) {
        long skip = Math.max(0, Math.min(count, layout.length() - position));
        skipped |= skip > 0;
        position += skip;
        return skip;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
