package io.troupe.persistence.log;

import java.nio.charset.StandardCharsets;

/**
 * What is appended to the log as a whole or not at all.
 *
 * @param streamName whose record it is (a persistence id)
 * @param stream the same as UTF-8, 1 to 65535 bytes
 * @param first for events the first sequence number, for a deletion the last deleted one
 * @param last for events the last sequence number, for a deletion the highest the stream ever had
 */
public record LogRecord(RecordType type, String streamName, byte[] stream, long first, long last, byte[] payload) {

    /** Longest name of a stream, in bytes of UTF-8. */
    public static final int STREAM_BYTES_MAX = 0xFFFF;

    private static final byte[] NOTHING = new byte[0];

    public LogRecord {
        if (stream.length == 0 || stream.length > STREAM_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "A persistence id has 1 to " + STREAM_BYTES_MAX + " bytes of UTF-8, this one has " + stream.length);
        }
        if (type == RecordType.EVENTS && (last < first || last - first > Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("Sequence numbers of one write run upwards, not from " + first + " to "
                    + last + " for " + streamName);
        }
    }

    public static LogRecord events(String stream, long first, long last, byte[] payload) {
        return new LogRecord(RecordType.EVENTS, stream, stream.getBytes(StandardCharsets.UTF_8), first, last, payload);
    }

    static LogRecord deletion(String stream, long deletedTo, long highest) {
        return new LogRecord(
                RecordType.DELETION, stream, stream.getBytes(StandardCharsets.UTF_8), deletedTo, highest, NOTHING);
    }

    /** Bytes this record takes in a segment. */
    public int size() {
        return RecordFormat.HEADER_BYTES + stream.length + payload.length;
    }
}
