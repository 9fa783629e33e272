package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArenaTest {

    private final Arena arena = new Arena();

    private Entry put(int i) {
        return arena.add(copyFromUtf8("key" + i), copyFromUtf8("value" + i), i, i + 1, 2, 3, -4);
    }

    @Test
    void showsWhatWasWritten() {
        Entry entry = put(7);
        Entry tombstone = arena.tombstone(copyFromUtf8("gone"), 9, 1);
        assertThat(entry.key()).isEqualTo(copyFromUtf8("key7"));
        assertThat(entry.value()).isEqualTo(copyFromUtf8("value7"));
        assertThat(entry.createRevision()).isEqualTo(7);
        assertThat(entry.revision()).isEqualTo(new Revision(8, 2));
        assertThat(entry.version()).isEqualTo(3);
        assertThat(entry.lease()).isEqualTo(-4);
        assertThat(entry.isTombstone()).isFalse();
        assertThat(tombstone.isTombstone()).isTrue();
        assertThat(tombstone.key()).isEqualTo(copyFromUtf8("gone"));
        assertThat(tombstone.value()).isEqualTo(ByteString.EMPTY);
    }

    @Test
    void aChangeLargerThanASegmentHasOneOfItsOwn() {
        ByteString large = ByteString.copyFrom(new byte[3 << 20]);
        Entry before = put(1);
        Entry entry = arena.add(copyFromUtf8("k"), large, 1, 1, 0, 1, 0);
        Entry after = put(2);
        assertThat(entry.value()).isEqualTo(large);
        assertThat(before.value()).isEqualTo(copyFromUtf8("value1"));
        assertThat(after.value()).isEqualTo(copyFromUtf8("value2"));
    }

    @Test
    void aSegmentIsSparseWhenLessThanHalfOfItIsLeftAndStillShowsAllOfIt() {
        List<Entry> entries = new ArrayList<>();
        Entry first = put(0);
        for (Entry next = first; next.segment() == first.segment(); next = put(entries.size())) {
            entries.add(next);
        }
        int half = entries.size() / 2;
        entries.subList(0, half).forEach(arena::forget);
        assertThat(arena.sparse()).isEmpty();
        entries.subList(half, half + 2).forEach(arena::forget);
        List<Entry> shown = new ArrayList<>();
        assertThat(arena.sparse()).hasSize(1).first().satisfies(segment -> segment.forEach(shown::add));
        assertThat(shown)
                .usingElementComparator((a, b) -> a.isSameAs(b) ? 0 : 1)
                .containsExactlyElementsOf(entries);
        assertThat(arena.sparse()).as("given up once").isEmpty();
    }

    @Test
    void ordersByRevisionKeyAndValue() {
        Entry one = arena.add(copyFromUtf8("a"), copyFromUtf8("\u00ff"), 1, 5, 0, 1, 0);
        Entry two = arena.add(copyFromUtf8("ab"), copyFromUtf8("b"), 1, 5, 1, 1, 0);
        assertThat(one.isBefore(two)).isTrue();
        assertThat(two.isBefore(one)).isFalse();
        assertThat(one.isBefore(one)).isFalse();
        assertThat(one.compareKey(two)).isNegative();
        assertThat(one.compareValue(two)).as("as unsigned bytes").isPositive();
    }
}
