package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import java.util.List;

/** The guards of a transaction: each must hold for every key in its range. */
final class Compares {

    /** {@code Compare.CompareTarget.LEASE} and {@code Compare.lease}, which the published stubs lack. */
    private static final int TARGET_LEASE = 4;

    private static final int LEASE_FIELD = 8;

    private static final Entry ABSENT = new Arena().tombstone(ByteString.EMPTY, 0, 0);

    private Compares() {}

    static boolean holds(MvccStore store, Compare compare) {
        List<Entry> entries = store.find(
                        KeyRange.of(compare.getKey(), compare.getRangeEnd()), store.revision(), 0, false)
                .entries();
        if (entries.isEmpty()) {
            // A missing value cannot be told from an empty one on the wire, so comparing one always fails.
            return compare.getTarget() != Compare.CompareTarget.VALUE && holds(compare, ABSENT);
        }
        return entries.stream().allMatch(entry -> holds(compare, entry));
    }

    static boolean holds(Compare compare, Entry entry) {
        int compared = compare(compare, entry);
        return switch (compare.getResult()) {
            case EQUAL -> compared == 0;
            case NOT_EQUAL -> compared != 0;
            case GREATER -> compared > 0;
            case LESS -> compared < 0;
            case UNRECOGNIZED -> true;
        };
    }

    private static int compare(Compare compare, Entry entry) {
        return switch (compare.getTarget()) {
            case VALUE -> KeyRange.KEY_ORDER.compare(entry.value(), compare.getValue());
            case CREATE -> Long.compare(entry.createRevision(), compare.getCreateRevision());
            case MOD -> Long.compare(entry.modRevision(), compare.getModRevision());
            case VERSION -> Long.compare(entry.version(), compare.getVersion());
            case UNRECOGNIZED ->
                compare.getTargetValue() == TARGET_LEASE ? Long.compare(entry.lease(), leaseOf(compare)) : 0;
        };
    }

    private static long leaseOf(Compare compare) {
        List<Long> values = compare.getUnknownFields().getField(LEASE_FIELD).getVarintList();
        return values.isEmpty() ? 0 : values.get(values.size() - 1);
    }
}
