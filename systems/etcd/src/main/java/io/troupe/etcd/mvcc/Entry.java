package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;

/**
 * One change of one key: a view of its record in an {@link Arena}. There are millions of these, so that a view is all that
 * each costs as an object. A record holds, in this order,
 *
 * <pre>
 *   create revision   8 bytes   main revision that began the key's generation; 0 in a tombstone
 *   mod revision      8         main revision of this change
 *   version           8         changes since the key was created, from 1; 0 in a tombstone
 *   lease             8         attached lease, or 0
 *   sub               4         position within the main revision
 *   key's length      4
 *   value's length    4
 *   key, value
 * </pre>
 */
public final class Entry {

    private static final int MOD_REVISION = 8;
    private static final int VERSION = 16;
    private static final int LEASE = 24;
    private static final int SUB = 32;
    private static final int KEY_LENGTH = 36;
    private static final int VALUE_LENGTH = 40;
    private static final int KEY = 44;

    /** What a small key's only change takes beside its data: the fields here, and on the heap what leads to them. */
    private static final int ACCOUNTED_OVERHEAD = 192;

    private final Arena.Segment segment;
    private final int at;

    Entry(Arena.Segment segment, int at) {
        this.segment = segment;
        this.at = at;
    }

    Arena.Segment segment() {
        return segment;
    }

    int at() {
        return at;
    }

    static int recordBytes(int keyLength, int valueLength) {
        return KEY + keyLength + valueLength;
    }

    int recordBytes() {
        return recordBytes(keyLength(), valueLength());
    }

    private int keyLength() {
        return segment.getInt(at + KEY_LENGTH);
    }

    private int valueLength() {
        return segment.getInt(at + VALUE_LENGTH);
    }

    /** A view: who keeps it keeps its whole segment. */
    public ByteString key() {
        return segment.bytes(at + KEY, keyLength());
    }

    /** A view, as {@link #key}. */
    public ByteString value() {
        return segment.bytes(at + KEY + keyLength(), valueLength());
    }

    public long createRevision() {
        return segment.getLong(at);
    }

    public long modRevision() {
        return segment.getLong(at + MOD_REVISION);
    }

    public int sub() {
        return segment.getInt(at + SUB);
    }

    public long version() {
        return segment.getLong(at + VERSION);
    }

    public long lease() {
        return segment.getLong(at + LEASE);
    }

    public boolean isTombstone() {
        return version() == 0;
    }

    public Revision revision() {
        return new Revision(modRevision(), sub());
    }

    /** Whether both are views of one record. */
    boolean isSameAs(Entry other) {
        return segment == other.segment && at == other.at;
    }

    /** By revision. */
    boolean isBefore(Entry other) {
        long mine = modRevision();
        long others = other.modRevision();
        return mine < others || (mine == others && sub() < other.sub());
    }

    int compareKey(Entry other) {
        return segment.compare(at + KEY, keyLength(), other.segment, other.at + KEY, other.keyLength());
    }

    int compareValue(Entry other) {
        return segment.compare(
                at + KEY + keyLength(),
                valueLength(),
                other.segment,
                other.at + KEY + other.keyLength(),
                other.valueLength());
    }

    /** Bytes this change is accounted with in the size of the store. */
    int accountedBytes() {
        return keyLength() + valueLength() + ACCOUNTED_OVERHEAD;
    }

    /** As the API shows it; a tombstone carries its key and revision alone. */
    public KeyValue toKeyValue() {
        return KeyValue.newBuilder()
                .setKey(key())
                .setValue(value())
                .setCreateRevision(createRevision())
                .setModRevision(modRevision())
                .setVersion(version())
                .setLease(lease())
                .build();
    }

    public Event.EventType eventType() {
        return isTombstone() ? Event.EventType.DELETE : Event.EventType.PUT;
    }
}
