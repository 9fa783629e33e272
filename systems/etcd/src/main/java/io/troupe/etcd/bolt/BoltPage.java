package io.troupe.etcd.bolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The bytes of one page, and those it runs on over. */
final class BoltPage {

    static final int SIZE = 4096;
    static final int HEADER = 16;
    static final int ELEMENT = 16;

    static final int BRANCH = 0x01;
    static final int LEAF = 0x02;
    static final int META = 0x04;
    static final int FREELIST = 0x10;

    /** Of a leaf's element: its value is a bucket. */
    static final int IS_BUCKET = 0x01;

    /** Of a meta page as far as it says something. */
    static final int META_LENGTH = HEADER + 64;

    /** What the root bucket holds of a bucket. */
    static final int BUCKET_LENGTH = 16;

    private static final int MAGIC = 0xED0CDAED;
    private static final int VERSION = 2;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final ByteBuffer bytes;
    private int elements;
    private int data;

    BoltPage(long id, int kind, int count, int pages) {
        bytes = ByteBuffer.allocate(Math.multiplyExact(pages, SIZE)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(id).putShort((short) kind).putShort((short) count).putInt(pages - 1);
        elements = HEADER;
        data = HEADER + count * ELEMENT;
    }

    static long pagesFor(long length) {
        return (length + SIZE - 1) / SIZE;
    }

    void pair(int flags, byte[] key, byte[] value) {
        bytes.putInt(elements, flags)
                .putInt(elements + 4, data - elements)
                .putInt(elements + 8, key.length)
                .putInt(elements + 12, value.length);
        elements += ELEMENT;
        append(key);
        append(value);
    }

    void child(byte[] firstKey, long page) {
        bytes.putInt(elements, data - elements)
                .putInt(elements + 4, firstKey.length)
                .putLong(elements + 8, page);
        elements += ELEMENT;
        append(firstKey);
    }

    private void append(byte[] some) {
        bytes.put(data, some);
        data += some.length;
    }

    byte[] bytes() {
        return bytes.array();
    }

    /**
     * @param id 0 or 1: the one of the later transaction counts
     * @param root page of the root bucket
     * @param end the page behind the last
     */
    static byte[] meta(int id, long root, long freelist, long end) {
        var page = new BoltPage(id, META, 0, 1);
        ByteBuffer meta = page.bytes;
        meta.putInt(MAGIC).putInt(VERSION).putInt(SIZE).putInt(0);
        meta.putLong(root).putLong(0); // and the root bucket's sequence
        meta.putLong(freelist).putLong(end).putLong(id);
        meta.putLong(fnv1a(meta.array(), HEADER, meta.position()));
        return page.bytes();
    }

    static byte[] emptyFreelist(long id) {
        return new BoltPage(id, FREELIST, 0, 1).bytes();
    }

    /** What the root bucket holds of a bucket. */
    static byte[] bucketAt(long root) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(root)
                .putLong(0)
                .array();
    }

    /**
     * What a meta page says.
     *
     * @param root page of the root bucket
     * @param end the page behind the last
     */
    record Meta(int pageSize, long root, long end, long transaction) {

        /** @param page its first {@link #META_LENGTH} bytes; empty when they are no sound meta page */
        static Optional<Meta> of(ByteBuffer page) {
            boolean sound = page.getInt(HEADER) == MAGIC
                    && page.getInt(HEADER + 4) == VERSION
                    && page.getLong(META_LENGTH - Long.BYTES) == fnv1a(page.array(), HEADER, META_LENGTH - Long.BYTES)
                    && page.getInt(HEADER + 8) > 0;
            return sound
                    ? Optional.of(new Meta(
                            page.getInt(HEADER + 8),
                            page.getLong(HEADER + 16),
                            page.getLong(HEADER + 40),
                            page.getLong(HEADER + 48)))
                    : Optional.empty();
        }
    }

    static long fnv1a(byte[] bytes, int from, int to) {
        long hash = FNV_OFFSET;
        for (int i = from; i < to; i++) {
            hash = (hash ^ (bytes[i] & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
