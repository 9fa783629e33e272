package io.troupe.etcd.mvcc;

import static io.troupe.etcd.mvcc.KeyRange.KEY_ORDER;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which keys deletes name together, as ranges that neither overlap nor touch. Whether a key is among them takes logarithmic time:
 * nested transactions can have a hundred thousand deletes in a request, and as many puts.
 */
final class DeletedKeys {

    private final TreeMap<ByteString, ByteString> endByStart = new TreeMap<>(KEY_ORDER);

    /** Its end is taken literally: one that means all keys from the first on, a zero byte, comes before them, as in etcd. */
    void add(DeleteRangeRequest delete) {
        ByteString from = delete.getKey();
        add(from, delete.getRangeEnd().isEmpty() ? from.concat(KeyRange.NUL) : delete.getRangeEnd());
    }

    void addAll(DeletedKeys others) {
        others.endByStart.forEach(this::add);
    }

    private void add(ByteString from, ByteString to) {
        if (KEY_ORDER.compare(from, to) >= 0) {
            return;
        }
        Map.Entry<ByteString, ByteString> before = endByStart.floorEntry(from);
        boolean joined = before != null && KEY_ORDER.compare(from, before.getValue()) <= 0;
        ByteString start = joined ? before.getKey() : from;
        ByteString end = joined ? later(to, before.getValue()) : to;
        Map.Entry<ByteString, ByteString> next = endByStart.higherEntry(start);
        while (next != null && KEY_ORDER.compare(next.getKey(), end) <= 0) {
            end = later(end, next.getValue());
            endByStart.remove(next.getKey());
            next = endByStart.higherEntry(start);
        }
        endByStart.put(start, end);
    }

    private static ByteString later(ByteString a, ByteString b) {
        return KEY_ORDER.compare(a, b) >= 0 ? a : b;
    }

    boolean contains(ByteString key) {
        Map.Entry<ByteString, ByteString> at = endByStart.floorEntry(key);
        return at != null && KEY_ORDER.compare(key, at.getValue()) < 0;
    }
}
