package io.troupe.persistence.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads single records of a segment, checking each; reads ahead, as the next ones wanted are often near. */
final class RecordReader {

    private static final int READ_AHEAD_BYTES = 1 << 16;

    private final Segment segment;
    private ByteBuffer window;
    private long windowOffset;

    RecordReader(Segment segment) {
        this.segment = segment;
        this.window = ByteBuffer.allocate((int) Math.min(READ_AHEAD_BYTES, segment.end()))
                .limit(0);
    }

    /** The payload of the record at {@code offset}; valid until the next call. */
    ByteBuffer payload(long offset) throws IOException {
        int start = load(offset, RecordFormat.HEADER_BYTES);
        int size = RecordFormat.size(window, start);
        if (size <= RecordFormat.HEADER_BYTES || size > segment.end() - offset) {
            throw SegmentSummary.damaged(segment, offset);
        }
        start = load(offset, size);
        if (!RecordFormat.isValid(window, start, size, segment.id().base() + offset)) {
            throw SegmentSummary.damaged(segment, offset);
        }
        int payloadAt = start + RecordFormat.HEADER_BYTES + RecordFormat.streamLength(window, start);
        return window.duplicate().limit(start + size).position(payloadAt).slice();
    }

    private int load(long at, int bytes) throws IOException {
        if (at < windowOffset || at + bytes > windowOffset + window.limit()) {
            if (window.capacity() < bytes) {
                window = ByteBuffer.allocate(bytes);
            }
            window.clear().limit((int) Math.min(window.capacity(), segment.end() - at));
            int read = segment.file().read(at, window);
            window.position(0).limit(read);
            windowOffset = at;
            if (read < bytes) {
                throw SegmentSummary.damaged(segment, at + read);
            }
        }
        return (int) (at - windowOffset);
    }
}
