package io.troupe.persistence.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a log, by name and in the order of their first record. Memory: about 200 bytes and the name for each
 * stream, 80 bytes for each pair of stream and sealed segment in which it has events, 16 bytes for each record of the
 * active segment.
 */
final class LogIndex {

    private static final int PAGE = 1000;

    private final ConcurrentHashMap<String, StreamIndex> byName = new ConcurrentHashMap<>();
    private final List<StreamIndex> inOrder = new ArrayList<>();
    private final ConcurrentLinkedQueue<Appended> unpublished = new ConcurrentLinkedQueue<>();

    private record Appended(Segment segment, long offset, List<LogRecord> records) {}

    @Nullable StreamIndex find(String name) {
        return byName.get(name);
    }

    StreamIndex stream(String name) {
        StreamIndex found = byName.get(name);
        if (found == null) {
            found = new StreamIndex(name);
            byName.put(name, found);
            synchronized (inOrder) {
                inOrder.add(found);
            }
        }
        return found;
    }

    /** Up to {@code max} streams, from the {@code from}th in the order of their first record. */
    List<StreamIndex> page(int from, int max) {
        synchronized (inOrder) {
            int end = Math.min(inOrder.size(), from + max);
            return from >= end ? List.of() : List.copyOf(inOrder.subList(from, end));
        }
    }

    int size() {
        synchronized (inOrder) {
            return inOrder.size();
        }
    }

    void forEach(Consumer<StreamIndex> each) {
        int from = 0;
        List<StreamIndex> page = page(from, PAGE);
        while (!page.isEmpty()) {
            page.forEach(each);
            from += page.size();
            page = page(from, PAGE);
        }
    }

    long deletedTo(String name) {
        StreamIndex found = byName.get(name);
        return found == null ? 0 : found.deletedTo();
    }

    /** About how many bytes of each segment are still needed; segments that are not are left out. */
    Map<Segment, Long> liveBytes() {
        Map<Segment, Long> live = new HashMap<>();
        forEach(stream -> stream.countLive(live));
        return live;
    }

    /** For each stream whose newest deletion is recorded in one of {@code segments}, that deletion. */
    List<LogRecord> tombstonesIn(List<Segment> segments) {
        List<LogRecord> tombstones = new ArrayList<>();
        forEach(stream -> stream.tombstoneIn(segments).ifPresent(tombstones::add));
        return tombstones;
    }

    /**
     * Takes note of records that are durable in {@code segment}, the first at {@code offset}; readers see them when
     * {@link #publish()} has returned. Cheap: the disk waits for it.
     */
    void appended(Segment segment, long offset, List<LogRecord> records) {
        unpublished.add(new Appended(segment, offset, records));
    }

    /** Shows readers everything of which note was taken before. On any thread. */
    void publish() {
        synchronized (unpublished) {
            for (Appended next = unpublished.poll(); next != null; next = unpublished.poll()) {
                long at = next.offset();
                for (LogRecord record : next.records()) {
                    add(next.segment(), at, record);
                    at += record.size();
                }
            }
        }
    }

    /** Takes up a record that is durable in {@code segment}. */
    void add(Segment segment, long offset, LogRecord record) {
        StreamIndex stream = stream(record.streamName());
        switch (record.type()) {
            case EVENTS -> stream.events(segment, offset, record.size(), record.first(), record.last());
            case DELETION -> stream.deletion(segment, record.size(), record.first(), record.last());
        }
    }
}
