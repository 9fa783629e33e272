package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;

/** Reads the past for one watch, in bounded stretches of whole revisions. */
final class HistoryReader {

    /** Changes looked at, and bytes of events gathered, before a stretch ends with the revision it is in. */
    static final int SCANNED_MAX = 4096;

    static final int BYTES_MAX = 128 * 1024;

    private HistoryReader() {}

    static Queries.History read(MvccStore store, WatchCreateRequest watch) {
        long start = watch.getStartRevision();
        if (start < store.compacted()) { // As in etcd also of a negative start, which is before no compaction at all.
            return new Queries.History(start, store.revision(), store.compacted(), List.of());
        }
        WatchFilter filter = WatchFilter.of(watch);
        RevisionLog log = store.log();
        List<Event> events = new ArrayList<>();
        int bytes = 0;
        int first = log.firstFrom(start);
        for (int i = first; i < log.end(); i++) {
            Entry entry = log.get(i);
            boolean beginsRevision = i == first || log.get(i - 1).modRevision() != entry.modRevision();
            if (beginsRevision && (i - first >= SCANNED_MAX || bytes >= BYTES_MAX)) {
                return new Queries.History(entry.modRevision(), store.revision(), 0, events);
            }
            if (filter.wants(entry)) {
                Event event = new Change(entry, watch.getPrevKv() ? readableBefore(store, entry) : null)
                        .toEvent(watch.getPrevKv());
                bytes += event.getSerializedSize();
                events.add(event);
            }
        }
        return new Queries.History(Math.max(start, store.revision() + 1), store.revision(), 0, events);
    }

    /** What was before the oldest readable revision stays hidden, whether or not it is still there. */
    private static @org.jspecify.annotations.Nullable Entry readableBefore(MvccStore store, Entry entry) {
        return entry.modRevision() - 1 < store.compacted() ? null : store.before(entry);
    }
}
