package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The keys a request names: one key, {@code [from, to)}, or everything from {@code from} on.
 *
 * @param to exclusive; null means no end
 */
public record KeyRange(ByteString from, @Nullable ByteString to) {

    /**
     * Keys order as unsigned bytes, shorter first: as {@code ByteString.unsignedLexicographicalComparator}, without the two
     * iterators that one makes for each comparison.
     */
    public static final Comparator<ByteString> KEY_ORDER = KeyRange::compare;

    static final ByteString NUL = ByteString.copyFrom(new byte[] {0});

    private static int compare(ByteString a, ByteString b) {
        int shared = Math.min(a.size(), b.size());
        for (int i = 0; i < shared; i++) {
            int difference = Byte.compareUnsigned(a.byteAt(i), b.byteAt(i));
            if (difference != 0) {
                return difference;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    /**
     * As the API encodes it: an empty {@code rangeEnd} means the single key, one zero byte means no end, anything else is
     * the exclusive end.
     */
    public static KeyRange of(ByteString key, ByteString rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return single(key);
        }
        return new KeyRange(key, rangeEnd.equals(NUL) ? null : rangeEnd);
    }

    public static KeyRange single(ByteString key) {
        return new KeyRange(key, key.concat(NUL));
    }

    /** True when the range is the one key {@link #from}. */
    public boolean isSingle() {
        return to != null && to.size() == from.size() + 1 && to.byteAt(from.size()) == 0 && to.startsWith(from);
    }

    /** True when the range is all keys that begin with {@link #from}, but for one of nothing but bytes of 255, which has no end. */
    public boolean isPrefix() {
        int last = from.size() - 1;
        while (last >= 0 && from.byteAt(last) == (byte) 0xff) {
            last--;
        }
        return last >= 0
                && to != null
                && to.size() == last + 1
                && to.byteAt(last) == (byte) (from.byteAt(last) + 1)
                && to.substring(0, last).equals(from.substring(0, last));
    }

    public boolean contains(ByteString key) {
        return KEY_ORDER.compare(from, key) <= 0 && (to == null || KEY_ORDER.compare(key, to) < 0);
    }

    /** True when no key can be in it. */
    public boolean isEmpty() {
        return to != null && KEY_ORDER.compare(from, to) >= 0;
    }
}
