package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.HashKVResponse;
import io.troupe.etcd.EtcdError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.pekko.util.ByteString;

/**
 * etcd's HashKV: CRC-32 (Castagnoli) over the name of its bucket of changes, then over each change in order of revision,
 * as its database holds it: the revision as the key, a {@code mvccpb.KeyValue} as the value. Of what lies at or before
 * the compaction it counts only what the asked revision still shows.
 */
final class StoreHash {

    private StoreHash() {}

    /** @param revision 0 for the present, below it for the name of the bucket alone, as etcd hashes it */
    static ByteString read(MvccStore store, long revision) {
        if (revision > 0 && revision <= store.compacted()) {
            return Result.refused(EtcdError.COMPACTED);
        }
        if (revision > store.revision()) {
            return Result.refused(EtcdError.FUTURE_REVISION);
        }
        long at = revision == 0 ? store.revision() : revision;
        return Result.ok(HashKVResponse.newBuilder()
                .setHeader(TxnExecutor.header(store.revision()))
                .setHash(hash(store, at))
                .setCompactRevision(store.compacted())
                .build());
    }

    private static int hash(MvccStore store, long at) {
        List<Entry> old = new ArrayList<>();
        List<Entry> counted = new ArrayList<>();
        int[] shown = new int[1];
        store.forEachHistory(history -> {
            Entry live = history.at(at);
            shown[0] += live == null ? 0 : 1;
            for (int i = 0; i < history.size() && history.get(i).modRevision() <= at; i++) {
                Entry entry = history.get(i);
                if (entry.modRevision() > store.compacted() || entry == live) {
                    counted.add(entry);
                } else if (!entry.isTombstone()) { // One at the compaction is kept here for watches, and swept there.
                    old.add(entry);
                }
            }
        });
        if (shown[0] == 0) { // etcd skips nothing when it shows nothing.
            counted.addAll(old);
        }
        counted.sort(Comparator.comparing(Entry::revision));
        var hash = new CRC32C();
        hash.update(KeyBucket.NAME);
        counted.forEach(entry -> {
            hash.update(KeyBucket.key(entry));
            hash.update(KeyBucket.value(entry).toByteArray());
        });
        return (int) hash.getValue();
    }
}
