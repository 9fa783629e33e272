package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where changes are kept: as records one behind the other in large segments, each written once and never changed, so that
 * any thread may read an {@link Entry} that it was handed. Millions of changes are thereby few objects to a garbage
 * collector, which neither looks into a segment nor moves one that takes a region of its own.
 *
 * <p>A segment is given up as a whole. One of which little is left after a compaction is {@link #sparse}: its owner writes
 * what is left anew. A frozen view that still shows entries of it keeps it from the collector until then.
 */
final class Arena {

    /** With the array's header a little less than a MiB: a region of a node's heap ({@code jvm.options}). */
    private static final int SEGMENT_BYTES = (1 << 20) - 64;

    /** Most stores of tests stay small. */
    private static final int FIRST_SEGMENT_BYTES = 4 << 10;

    /** A run of records; entries hold on to it. Written by the arena's thread, behind all that others know of. */
    static final class Segment {
        private final byte[] bytes;
        private final ByteBuffer fields;
        private int used;
        private int live;

        private Segment(int capacity) {
            bytes = new byte[capacity];
            fields = ByteBuffer.wrap(bytes);
        }

        long getLong(int at) {
            return fields.getLong(at);
        }

        int getInt(int at) {
            return fields.getInt(at);
        }

        /** Shows the bytes; does not copy them. */
        ByteString bytes(int at, int length) {
            return length == 0 ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(bytes, at, length);
        }

        int compare(int at, int length, Segment other, int otherAt, int otherLength) {
            return Arrays.compareUnsigned(bytes, at, at + length, other.bytes, otherAt, otherAt + otherLength);
        }

        private boolean hasRoom(int more) {
            return bytes.length - used >= more;
        }

        private boolean isSparse() {
            return live < used / 2;
        }

        /** Every change that was written here, forgotten or not. */
        void forEach(Consumer<Entry> visitor) {
            for (int at = 0; at < used; ) {
                Entry entry = new Entry(this, at);
                visitor.accept(entry);
                at += entry.recordBytes();
            }
        }
    }

    private final List<Segment> full = new ArrayList<>();
    private Segment current = new Segment(FIRST_SEGMENT_BYTES);

    Entry tombstone(ByteString key, long modRevision, int sub) {
        return add(key, ByteString.EMPTY, 0, modRevision, sub, 0, 0);
    }

    /** For the parameters see {@link Entry}. */
    Entry add(
            ByteString key,
            ByteString value,
            long createRevision,
            long modRevision,
            int sub,
            long version,
            long lease) {
        int length = Entry.recordBytes(key.size(), value.size());
        int at = claim(length);
        ByteBuffer record = current.fields.position(at);
        record.putLong(createRevision)
                .putLong(modRevision)
                .putLong(version)
                .putLong(lease)
                .putInt(sub)
                .putInt(key.size())
                .putInt(value.size());
        key.copyTo(current.bytes, record.position());
        value.copyTo(current.bytes, record.position() + key.size());
        return new Entry(current, at);
    }

    /** Writes what an entry says once more, in the newest segment. */
    Entry copy(Entry entry) {
        int length = entry.recordBytes();
        int at = claim(length);
        System.arraycopy(entry.segment().bytes, entry.at(), current.bytes, at, length);
        return new Entry(current, at);
    }

    private int claim(int length) {
        if (!current.hasRoom(length)) {
            full.add(current);
            int next = Math.min(SEGMENT_BYTES, 2 * current.bytes.length);
            current = new Segment(Math.max(next, length));
        }
        int at = current.used;
        current.used += length;
        current.live += length;
        return at;
    }

    /** The store shows this entry no more. */
    void forget(Entry entry) {
        entry.segment().live -= entry.recordBytes();
    }

    /** Gives up the segments of which less than half is left, and returns them: what is left in them has to be copied. */
    List<Segment> sparse() {
        List<Segment> sparse = full.stream().filter(Segment::isSparse).toList();
        full.removeAll(sparse);
        return sparse;
    }
}
