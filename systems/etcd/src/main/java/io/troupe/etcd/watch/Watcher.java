package io.troupe.etcd.watch;

import io.etcd.jetcd.api.WatchCreateRequest;
import io.troupe.etcd.mvcc.WatchFilter;

/**
 * One watch, as the hub sees it.
 *
 * <p>Transitions: behind → synced, when its next revision is beyond the hub's; synced → behind, when its stream has
 * no room or the hub lost changes.
 */
final class Watcher {
    final long watchId;
    final WatchStream stream;
    final WatchCreateRequest request;
    final WatchFilter filter;
    /** Everything wanted before this revision has been handed over; meaningful while behind, or in the future. */
    long next;

    boolean synced;
    boolean reading;
    /** Nothing was read for it yet: whether its beginning is compacted, a quorum is asked. */
    boolean unread = true;

    boolean quiet = true;

    Watcher(long watchId, WatchStream stream, WatchCreateRequest request, long next) {
        this.watchId = watchId;
        this.stream = stream;
        this.request = request;
        this.filter = WatchFilter.of(request);
        this.next = next;
    }
}
