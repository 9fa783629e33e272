package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;

/**
 * One change of one key. Flat rather than holding a {@link Revision}: there are millions of these.
 *
 * @param createRevision main revision that began the key's generation; 0 in a tombstone
 * @param modRevision main revision of this change
 * @param sub position within that revision
 * @param version changes since the key was created, from 1; 0 in a tombstone
 * @param lease attached lease, or 0
 */
public record Entry(
        ByteString key, ByteString value, long createRevision, long modRevision, int sub, long version, long lease) {

    static Entry tombstone(ByteString key, long modRevision, int sub) {
        return new Entry(key, ByteString.EMPTY, 0, modRevision, sub, 0, 0);
    }

    public boolean isTombstone() {
        return version == 0;
    }

    public Revision revision() {
        return new Revision(modRevision, sub);
    }

    /** Bytes this change is accounted with in the size of the store: its data and 64 for the fields. */
    int accountedBytes() {
        return key.size() + value.size() + 64;
    }

    /** As the API shows it; a tombstone carries its key and revision alone. */
    public KeyValue toKeyValue() {
        return KeyValue.newBuilder()
                .setKey(key)
                .setValue(value)
                .setCreateRevision(createRevision)
                .setModRevision(modRevision)
                .setVersion(version)
                .setLease(lease)
                .build();
    }

    public Event.EventType eventType() {
        return isTombstone() ? Event.EventType.DELETE : Event.EventType.PUT;
    }
}
