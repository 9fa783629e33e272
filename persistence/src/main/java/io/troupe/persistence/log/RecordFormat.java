package io.troupe.persistence.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a record, big-endian:
 *
 * <pre>
 *  0 int   bytes after the header (stream name and payload)
 *  4 int   CRC32C of the length and of everything from byte 8 to the end of the record
 *  8 long  position: the segment's base plus the offset of this record
 * 16 long  durable: every byte of the log before this position was synced before this record was written
 * 24 long  first
 * 32 long  last
 * 40 byte  type
 * 41 byte  0
 * 42 short bytes of the stream's name, unsigned
 * 44       stream's name (UTF-8), payload
 * </pre>
 *
 * The position tells a record from bytes that look like one but lie elsewhere; {@code durable} tells, when an invalid
 * record is followed by a valid one, whether the invalid one was ever acknowledged.
 */
final class RecordFormat {

    static final int HEADER_BYTES = 44;

    static final int CRC_AT = 4;
    static final int POSITION_AT = 8;
    static final int DURABLE_AT = 16;
    static final int FIRST_AT = 24;
    static final int LAST_AT = 32;
    static final int TYPE_AT = 40;
    static final int STREAM_LENGTH_AT = 42;

    private RecordFormat() {}

    /** Appends {@code record} to {@code into}, to be written at {@code position} of the log. */
    static void encode(LogRecord record, long position, long durable, ByteBuffer into) {
        int start = into.position();
        into.putInt(record.stream().length + record.payload().length)
                .putInt(0)
                .putLong(position)
                .putLong(durable)
                .putLong(record.first())
                .putLong(record.last())
                .put(record.type().code)
                .put((byte) 0)
                .putShort((short) record.stream().length)
                .put(record.stream())
                .put(record.payload());
        into.putInt(start + CRC_AT, crc(into, start, record.size()));
    }

    /** Lets the record at {@code start} say that the log was durable up to there. */
    static void setDurable(ByteBuffer bytes, int start, long durable) {
        bytes.putLong(start + DURABLE_AT, durable);
        bytes.putInt(start + CRC_AT, crc(bytes, start, size(bytes, start)));
    }

    /** The checksum that the record of {@code size} bytes at {@code start} should carry. */
    static int crc(ByteBuffer bytes, int start, int size) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = bytes.duplicate();
        crc.update(view.limit(start + CRC_AT).position(start));
        crc.update(view.limit(start + size).position(start + POSITION_AT));
        return (int) crc.getValue();
    }

    static int size(ByteBuffer bytes, int start) {
        return HEADER_BYTES + bytes.getInt(start);
    }

    /** Whether the {@code size} bytes at {@code start} are the record written for {@code position}. */
    static boolean isValid(ByteBuffer bytes, int start, int size, long position) {
        return bytes.getLong(start + POSITION_AT) == position
                && bytes.getInt(start + CRC_AT) == crc(bytes, start, size)
                && RecordType.of(bytes.get(start + TYPE_AT)) != null
                && streamLength(bytes, start) <= bytes.getInt(start);
    }

    static int streamLength(ByteBuffer bytes, int start) {
        return Short.toUnsignedInt(bytes.getShort(start + STREAM_LENGTH_AT));
    }
}
