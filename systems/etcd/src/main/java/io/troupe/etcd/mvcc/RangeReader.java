package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeRequest.SortOrder;
import io.etcd.jetcd.api.RangeRequest.SortTarget;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Carries out range requests that {@link MvccStore#mayRead} allows. */
final class RangeReader {

    private RangeReader() {}

    /** @param present the revision that revision 0 stands for, and that the header carries */
    static RangeResponse read(MvccStore store, RangeRequest request, long present) {
        boolean cutAfterwards = request.getSortOrder() != SortOrder.NONE || filtersRevisions(request);
        long limit = request.getLimit();
        long fetched = cutAfterwards || limit <= 0 || limit == Long.MAX_VALUE ? 0 : limit + 1;
        long at = request.getRevision() <= 0 ? present : request.getRevision();
        MvccStore.Found found =
                store.find(KeyRange.of(request.getKey(), request.getRangeEnd()), at, fetched, request.getCountOnly());

        List<Entry> entries = found.entries();
        if (filtersRevisions(request)) {
            entries = new ArrayList<>(entries);
            entries.removeIf(entry -> isFilteredOut(request, entry));
        }
        if (request.getSortTarget() != SortTarget.KEY || request.getSortOrder() != SortOrder.NONE) {
            entries.sort(order(request));
        }
        var response = RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder().setRevision(present))
                .setCount(found.count());
        if (limit > 0 && entries.size() > limit) {
            entries = entries.subList(0, (int) limit);
            response.setMore(true);
        }
        for (Entry entry : entries) {
            var shown = entry.toKeyValue();
            response.addKvs(
                    request.getKeysOnly() ? shown.toBuilder().clearValue().build() : shown);
        }
        return response.build();
    }

    private static boolean filtersRevisions(RangeRequest request) {
        return request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0;
    }

    private static boolean isFilteredOut(RangeRequest request, Entry entry) {
        return isOutside(entry.modRevision(), request.getMinModRevision(), request.getMaxModRevision())
                || isOutside(entry.createRevision(), request.getMinCreateRevision(), request.getMaxCreateRevision());
    }

    /** A bound of 0 is no bound. */
    private static boolean isOutside(long revision, long min, long max) {
        return (min != 0 && revision < min) || (max != 0 && revision > max);
    }

    private static Comparator<Entry> order(RangeRequest request) {
        Comparator<Entry> ascending =
                switch (request.getSortTarget()) {
                    case VERSION -> Comparator.comparingLong(Entry::version);
                    case CREATE -> Comparator.comparingLong(Entry::createRevision);
                    case MOD -> Comparator.comparingLong(Entry::modRevision);
                    case VALUE -> Entry::compareValue;
                    case KEY, UNRECOGNIZED -> Entry::compareKey;
                };
        return request.getSortOrder() == SortOrder.DESCEND ? ascending.reversed() : ascending;
    }
}
