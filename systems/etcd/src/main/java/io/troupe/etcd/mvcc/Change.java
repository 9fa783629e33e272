package io.troupe.etcd.mvcc;

import io.etcd.jetcd.api.Event;
import org.jspecify.annotations.Nullable;

/**
 * A change together with what it replaced.
 *
 * @param previous the live entry before, or null when the key did not exist (or its past is compacted)
 */
public record Change(Entry entry, @Nullable Entry previous) {

    /** The watch event for it. */
    public Event toEvent(boolean withPrevious) {
        var event = Event.newBuilder().setType(entry.eventType()).setKv(entry.toKeyValue());
        if (withPrevious && previous != null) {
            event.setPrevKv(previous.toKeyValue());
        }
        return event.build();
    }
}
