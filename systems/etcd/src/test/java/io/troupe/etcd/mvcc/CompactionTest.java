package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a compaction leaves lies together again, and nobody notices. */
class CompactionTest {

    private static final int KEYS = 400;
    private static final int ROUNDS = 60;

    private final MvccStore store = new MvccStore();

    private static ByteString key(int i) {
        return copyFromUtf8("key" + i);
    }

    /** Every key once, then a tenth of them again and again: the old values of the others are left between. */
    private void write() {
        for (int i = 0; i < KEYS; i++) {
            put(i, "first");
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < KEYS; i += 10) {
                put(i, "round" + round);
            }
        }
    }

    private void put(int key, String value) {
        MvccStore.WriteTxn txn = store.begin();
        txn.put(key(key), copyFromUtf8(value + "-" + key), 0);
        txn.end();
    }

    private List<String> values(MvccStore.Frozen frozen, long at) {
        List<String> values = new ArrayList<>();
        frozen.keys().forRange(null, null, (key, history) -> {
            Entry entry = history.at(at);
            if (entry != null) {
                values.add(entry.key().toStringUtf8() + "=" + entry.value().toStringUtf8() + entry.revision());
            }
            return true;
        });
        return values;
    }

    private int segments() {
        Set<Object> segments = new HashSet<>();
        store.forEachHistory(history -> {
            for (int i = 0; i < history.size(); i++) {
                segments.add(history.get(i).segment());
            }
        });
        return segments.size();
    }

    @Test
    void theStoreShowsTheSameAndHoldsFewerSegments() {
        write();
        long end = store.revision();
        int before = segments();
        MvccStore.Frozen frozen = store.freeze();
        List<String> shown = values(frozen, end);
        List<String> shownEarlier = values(frozen, end / 2);

        assertThat(store.compact(end - 1)).isEmpty();

        assertThat(before).isGreaterThan(4);
        assertThat(segments()).isLessThan(before);
        assertThat(values(store.freeze(), end)).isEqualTo(shown);
        assertThat(values(frozen, end)).as("the view from before").isEqualTo(shown);
        assertThat(values(frozen, end / 2)).as("and its past").isEqualTo(shownEarlier);
    }

    @Test
    void theHistoryAboveIsWhatItWas() {
        write();
        long from = store.revision() - 5;
        List<String> before = log(from);
        store.compact(from);
        assertThat(log(from)).isEqualTo(before).hasSize(6);
        put(3, "after");
        store.compact(store.revision());
        assertThat(log(store.revision())).containsExactly("key3=after-3");
        assertThat(store.live(key(3))).isNotNull();
        assertThat(store.before(store.live(key(3)))).as("compacted").isNull();
    }

    private List<String> log(long from) {
        List<String> changes = new ArrayList<>();
        RevisionLog log = store.log();
        for (int i = log.firstFrom(from); i < log.end(); i++) {
            Entry entry = log.get(i);
            changes.add(entry.key().toStringUtf8() + "=" + entry.value().toStringUtf8());
            assertThat(store.live(entry.key())).isNotNull();
        }
        return changes;
    }

    @Test
    void deletedKeysAreGone() {
        write();
        MvccStore.WriteTxn txn = store.begin();
        txn.deleteRange(new KeyRange(key(0), null));
        txn.end();
        put(1, "again");
        store.compact(store.revision());
        assertThat(segments()).isEqualTo(1);
        assertThat(store.bytes()).isEqualTo(store.bytesInUse());
    }
}
