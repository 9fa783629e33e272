package io.troupe.etcd.auth;

import com.google.protobuf.ByteString;
import io.troupe.etcd.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A set of keys, as ranges that neither overlap nor touch: what several permissions allow together. */
final class KeyRanges {

    private final TreeMap<ByteString, KeyRange> byStart = new TreeMap<>(KeyRange.KEY_ORDER);

    private KeyRanges() {}

    static KeyRanges of(List<KeyRange> ranges) {
        List<KeyRange> sorted = new ArrayList<>(ranges);
        sorted.removeIf(KeyRange::isEmpty);
        sorted.sort(Comparator.comparing(KeyRange::from, KeyRange.KEY_ORDER));
        var merged = new KeyRanges();
        for (KeyRange range : sorted) {
            Map.Entry<ByteString, KeyRange> last = merged.byStart.lastEntry();
            if (last != null && reaches(last.getValue().to(), range.from())) {
                KeyRange before = last.getValue();
                merged.byStart.put(before.from(), new KeyRange(before.from(), later(before.to(), range.to())));
            } else {
                merged.byStart.put(range.from(), range);
            }
        }
        return merged;
    }

    private static boolean reaches(@Nullable ByteString end, ByteString start) {
        return end == null || KeyRange.KEY_ORDER.compare(end, start) >= 0;
    }

    private static @Nullable ByteString later(@Nullable ByteString a, @Nullable ByteString b) {
        if (a == null || b == null) {
            return null;
        }
        return KeyRange.KEY_ORDER.compare(a, b) >= 0 ? a : b;
    }

    /** Whether every key of the range is in the set. */
    boolean cover(KeyRange range) {
        Map.Entry<ByteString, KeyRange> candidate = byStart.floorEntry(range.from());
        if (candidate == null) {
            return false;
        }
        ByteString end = candidate.getValue().to();
        if (end == null) {
            return true;
        }
        return range.to() != null
                && KeyRange.KEY_ORDER.compare(range.to(), end) <= 0
                && KeyRange.KEY_ORDER.compare(range.from(), end) < 0;
    }
}
