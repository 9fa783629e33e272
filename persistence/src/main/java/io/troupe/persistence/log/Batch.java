package io.troupe.persistence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Records for one write, and their bytes, which are laid out record by record for the place where the log is expected to
 * end by then: so that the disk does not wait for it. A batch is used again and again; one thread at a time.
 */
final class Batch {

    private static final int BUFFER_BYTES_MIN = 1 << 16;

    private final int bufferBytesKept;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES_MIN);
    private List<LogRecord> records = new ArrayList<>();
    private long start;

    /** @param bufferBytesKept a buffer that a single write made longer than this is not kept for the next */
    Batch(int bufferBytesKept) {
        this.bufferBytesKept = bufferBytesKept;
    }

    /** Becomes the batch without records that is expected to be written at {@code position} of the log. */
    void begin(long position) {
        if (buffer.capacity() > Math.max(bufferBytesKept, BUFFER_BYTES_MIN)) {
            buffer = ByteBuffer.allocateDirect(BUFFER_BYTES_MIN);
        }
        records = new ArrayList<>(records.size());
        layOutAt(position);
    }

    private void layOutAt(long position) {
        start = position;
        buffer.clear();
    }

    void add(LogRecord record) {
        records.add(record);
        layOut(record);
    }

    private void layOut(LogRecord record) {
        reserve(record.size());
        RecordFormat.encode(record, start + buffer.position(), start, buffer);
    }

    private void reserve(int bytes) {
        if (buffer.remaining() < bytes) {
            long wanted = Math.max((long) buffer.position() + bytes, Math.min(2L * buffer.capacity(), bufferBytesKept));
            buffer = ByteBuffer.allocateDirect(Math.toIntExact(wanted)).put(buffer.flip());
        }
    }

    /** All records, for readers to keep. */
    List<LogRecord> records() {
        return records;
    }

    int bytes() {
        return buffer.position();
    }

    /** The bytes to write when the log ends, and everything in it is durable, at {@code position}. */
    ByteBuffer bytesAt(long position) {
        if (position != start) {
            layOutAt(position);
            records.forEach(this::layOut);
        }
        return buffer.duplicate().flip();
    }
}
