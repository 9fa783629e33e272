package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KeyValue;
import io.troupe.etcd.bolt.Pairs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Every change that etcd would have kept, as its database's bucket {@code key} holds them: by revision. */
final class KeyBucket implements Pairs {

    static final byte[] NAME = {'k', 'e', 'y'};

    private static final int REVISION_BYTES = 17;
    private static final byte SEPARATOR = '_';
    private static final byte TOMBSTONE = 't';

    private final Entry[] entries;

    KeyBucket(CowTree<ByteString, KeyHistory> keys, long compacted) {
        List<Entry> kept = new ArrayList<>(keys.size());
        keys.forRange(null, null, (key, history) -> {
            Entry inForce = history.at(compacted);
            for (int i = 0; i < history.size(); i++) {
                Entry entry = history.get(i);
                if (entry.modRevision() > compacted || entry == inForce) {
                    kept.add(entry);
                }
            }
            return true;
        });
        kept.sort(Comparator.comparingLong(Entry::modRevision).thenComparingInt(Entry::sub));
        this.entries = kept.toArray(Entry[]::new);
    }

    static byte[] revision(long main, int sub, boolean tombstone) {
        var bytes = ByteBuffer.allocate(REVISION_BYTES + (tombstone ? 1 : 0))
                .putLong(main)
                .put(SEPARATOR)
                .putLong(sub);
        if (tombstone) {
            bytes.put(TOMBSTONE);
        }
        return bytes.array();
    }

    static byte[] key(Entry entry) {
        return revision(entry.modRevision(), entry.sub(), entry.isTombstone());
    }

    static KeyValue value(Entry entry) {
        return entry.isTombstone() ? KeyValue.newBuilder().setKey(entry.key()).build() : entry.toKeyValue();
    }

    @Override
    public int count() {
        return entries.length;
    }

    @Override
    public byte[] key(int position) {
        return key(entries[position]);
    }

    @Override
    public int keyLength(int position) {
        return REVISION_BYTES + (entries[position].isTombstone() ? 1 : 0);
    }

    @Override
    public byte[] value(int position) {
        return value(entries[position]).toByteArray();
    }

    @Override
    public int valueLength(int position) {
        return value(entries[position]).getSerializedSize();
    }
}
