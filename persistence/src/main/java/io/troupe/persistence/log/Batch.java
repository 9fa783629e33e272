package io.troupe.persistence.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Records for one write, and their bytes, which are laid out record by record for the place where the log is expected to
 * end by then: so that the disk does not wait for it. Whole records, but never the last, may be written early, while the
 * batch before is synced. A batch is used again and again; one thread at a time, but for parts that are written early.
 *
 * <p>Records say that the log was durable up to where it was when the batch began to gather. That the batch before this
 * one is durable, too, is true only when this one is committed: the last record says so.
 */
final class Batch {

    private static final int BUFFER_BYTES_MIN = 1 << 16;

    private final int bufferBytesKept;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES_MIN);
    private List<LogRecord> records = new ArrayList<>();
    private long start;
    private long durable;
    private int lastAt;

    /** So many bytes are where they belong; of one that writes early, until the batch is committed. */
    private volatile int early;

    /** Counts how often the batch was committed, so that a part of an earlier turn is known. */
    private volatile int turn;

    /**
     * Bytes that may be written early.
     *
     * @param position where the batch begins in the log
     * @param bytes from their place in the batch to their end
     */
    record Part(Batch batch, int turn, long position, ByteBuffer bytes) {
        boolean isStillGathering() {
            return batch.turn == turn;
        }
    }

    /** @param bufferBytesKept a buffer that a single write made longer than this is not kept for the next */
    Batch(int bufferBytesKept) {
        this.bufferBytesKept = bufferBytesKept;
    }

    /**
     * Becomes the batch without records that is expected to be written at {@code position} of the log.
     *
     * @param durable up to where the log is durable now
     */
    void begin(long position, long durable) {
        if (buffer.capacity() > Math.max(bufferBytesKept, BUFFER_BYTES_MIN)) {
            buffer = ByteBuffer.allocateDirect(BUFFER_BYTES_MIN);
        }
        records = new ArrayList<>(records.size());
        layOutAt(position, durable);
    }

    private void layOutAt(long position, long durableNow) {
        start = position;
        durable = durableNow;
        lastAt = 0;
        early = 0;
        buffer.clear();
    }

    /** Ends the gathering: from now on nothing is written early. */
    void taken() {
        turn = turn + 1; // by the writer alone
    }

    void add(LogRecord record) {
        records.add(record);
        layOut(record);
    }

    private void layOut(LogRecord record) {
        reserve(record.size());
        lastAt = buffer.position();
        RecordFormat.encode(record, start + lastAt, durable, buffer);
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

    /** How many bytes could be written early. */
    int earlyBytes() {
        return lastAt - early;
    }

    /** They; not to be asked for while records are added. */
    Part early() {
        return new Part(this, turn, start, buffer.duplicate().limit(lastAt).position(early));
    }

    /** The bytes before {@code end} are where they belong when the log ends where it was expected to end. */
    void wroteEarly(int end) {
        early = end;
    }

    /**
     * The bytes that are still to be written, from their place in the batch, when the log ends, and everything in it is
     * durable, at {@code position}.
     */
    ByteBuffer bytesAt(long position) {
        if (position != start) {
            layOutAt(position, position);
            records.forEach(this::layOut);
        } else if (durable != position) {
            RecordFormat.setDurable(buffer, lastAt, position);
        }
        return buffer.duplicate().flip().position(early);
    }
}
