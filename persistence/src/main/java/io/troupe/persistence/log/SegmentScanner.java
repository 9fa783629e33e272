package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the records of a segment one after the other, checking each, through a window of bounded size. */
final class SegmentScanner {

    private static final int WINDOW_BYTES = 1 << 18;

    private final LogFile file;
    private final long base;
    private final long limit;
    private ByteBuffer window;
    private long windowOffset;
    private long offset;
    private int size;

    /** Scans from {@code from} to {@code limit}, both offsets of the file of the segment that begins at {@code base}. */
    SegmentScanner(LogFile file, long base, long from, long limit) {
        this.file = file;
        this.base = base;
        this.limit = limit;
        this.offset = from;
        this.window = ByteBuffer.allocate((int) Math.max(0, Math.min(WINDOW_BYTES, limit - from)))
                .limit(0);
    }

    /** Moves to the next record; false where no valid record begins, which is the end or damage. */
    boolean next() throws IOException {
        offset += size;
        size = 0;
        int found = sizeOfRecordAt(offset);
        if (found == 0) {
            return false;
        }
        size = found;
        return true;
    }

    /** The size of the valid record at {@code at}, or 0 when there is none. */
    private int sizeOfRecordAt(long at) throws IOException {
        if (limit - at < RecordFormat.HEADER_BYTES) {
            return 0;
        }
        int start = load(at, RecordFormat.HEADER_BYTES);
        int body = window.getInt(start);
        if (body < 1
                || body > limit - at - RecordFormat.HEADER_BYTES
                || window.getLong(start + RecordFormat.POSITION_AT) != base + at) {
            return 0;
        }
        int whole = RecordFormat.HEADER_BYTES + body;
        start = load(at, whole);
        return RecordFormat.isValid(window, start, whole, base + at) ? whole : 0;
    }

    /** Makes {@code bytes} bytes from {@code at} available in the window, and tells where in it. */
    private int load(long at, int bytes) throws IOException {
        if (at < windowOffset || at + bytes > windowOffset + window.limit()) {
            if (window.capacity() < bytes) {
                window = ByteBuffer.allocate(bytes);
            }
            window.clear().limit((int) Math.min(window.capacity(), limit - at));
            int read = file.read(at, window);
            window.position(0).limit(read);
            windowOffset = at;
            if (read < bytes) {
                throw new IOException("File ended while it was read, at offset " + (at + read));
            }
        }
        return (int) (at - windowOffset);
    }

    /** Offset of the current record, or, after {@code next} was false, of the place where none begins. */
    long offset() {
        return offset;
    }

    int size() {
        return size;
    }

    private int start() {
        return (int) (offset - windowOffset);
    }

    RecordType type() {
        RecordType type = RecordType.of(window.get(start() + RecordFormat.TYPE_AT));
        if (type == null) {
            throw new IllegalStateException("no record is current");
        }
        return type;
    }

    long durable() {
        return window.getLong(start() + RecordFormat.DURABLE_AT);
    }

    long first() {
        return window.getLong(start() + RecordFormat.FIRST_AT);
    }

    long last() {
        return window.getLong(start() + RecordFormat.LAST_AT);
    }

    String stream() {
        byte[] name = new byte[RecordFormat.streamLength(window, start())];
        window.get(start() + RecordFormat.HEADER_BYTES, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /** The current record as it was appended. */
    LogRecord record() {
        byte[] name = new byte[RecordFormat.streamLength(window, start())];
        window.get(start() + RecordFormat.HEADER_BYTES, name);
        byte[] payload = new byte[size - RecordFormat.HEADER_BYTES - name.length];
        window.get(start() + RecordFormat.HEADER_BYTES + name.length, payload);
        return new LogRecord(type(), new String(name, StandardCharsets.UTF_8), name, first(), last(), payload);
    }

    /** Whether from where {@link #next()} stopped there is nothing but zeros: space that was never written to. */
    boolean onlyZerosFollow() throws IOException {
        for (long at = offset; at < limit; at++) {
            if (window.get(load(at, 1)) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * From where {@link #next()} stopped, looks for a later record that proves the bytes there to have been durable: a
     * valid one that was written when the log was synced beyond that place.
     *
     * @return the offset up to which it proves that, or 0
     */
    long provenDurableBy() throws IOException {
        long stoppedAt = offset;
        for (long at = stoppedAt + 1; limit - at >= RecordFormat.HEADER_BYTES; at++) {
            int start = load(at, RecordFormat.HEADER_BYTES);
            if (window.getLong(start + RecordFormat.POSITION_AT) == base + at
                    && window.getLong(start + RecordFormat.DURABLE_AT) > base + stoppedAt
                    && sizeOfRecordAt(at) > 0) {
                return window.getLong((int) (at - windowOffset) + RecordFormat.DURABLE_AT) - base;
            }
        }
        return 0;
    }
}
