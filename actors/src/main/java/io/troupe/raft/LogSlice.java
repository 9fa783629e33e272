package io.troupe.raft;

import io.troupe.replication.Decided;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjLongConsumer;

/**
 * Consecutive entries, shared by reference between the actors of a replica: an array of which nothing that a slice shows is
 * ever replaced but by an entry equal to it ({@link LogView#settle}). Those that came from another node have the bytes they came in.
 */
final class LogSlice implements Decided {

    private final long firstIndex;
    private final Entry[] entries;
    private final int from;
    private final int to;
    private final Optional<byte[]> encoded;

    LogSlice(long firstIndex, Entry[] entries, int from, int to) {
        this(firstIndex, entries, from, to, Optional.empty());
    }

    private LogSlice(long firstIndex, Entry[] entries, int from, int to, Optional<byte[]> encoded) {
        this.firstIndex = firstIndex;
        this.entries = entries;
        this.from = from;
        this.to = to;
        this.encoded = encoded;
    }

    static LogSlice of(long firstIndex, List<Entry> entries) {
        return new LogSlice(firstIndex, entries.toArray(Entry[]::new), 0, entries.size());
    }

    /** @param bytes of them by {@link LogSliceSerializer}: they go to the disk as they are */
    static LogSlice encoded(long firstIndex, List<Entry> entries, byte[] bytes) {
        return new LogSlice(firstIndex, entries.toArray(Entry[]::new), 0, entries.size(), Optional.of(bytes));
    }

    static LogSlice empty(long firstIndex) {
        return new LogSlice(firstIndex, new Entry[0], 0, 0);
    }

    long firstIndex() {
        return firstIndex;
    }

    Optional<byte[]> encoded() {
        return encoded;
    }

    /** One below the first when empty. */
    long lastIndex() {
        return firstIndex + size() - 1;
    }

    int size() {
        return to - from;
    }

    boolean isEmpty() {
        return from == to;
    }

    Entry get(long index) {
        if (index < firstIndex || index > lastIndex()) {
            throw new IndexOutOfBoundsException("Entry " + index + " of " + this);
        }
        return entries[from + (int) (index - firstIndex)];
    }

    long sizeBytes() {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += entries[i].sizeBytes();
        }
        return bytes;
    }

    void forEach(ObjLongConsumer<Entry> action) {
        for (int i = from; i < to; i++) {
            action.accept(entries[i], firstIndex + (i - from));
        }
    }

    @Override
    public void inOrder(Visitor visitor) {
        forEach((entry, index) -> visitor.visit(index, entry.term(), entry.payload()));
    }

    /** Entries from {@code index} on; empty when there are none. */
    LogSlice startingAt(long index) {
        if (index <= firstIndex) {
            return this;
        }
        long skipped = Math.min(index - firstIndex, size());
        return new LogSlice(firstIndex + skipped, entries, from + (int) skipped, to);
    }

    LogSlice endingAt(long index) {
        return index >= lastIndex()
                ? this
                : new LogSlice(firstIndex, entries, from, from + (int) Math.max(0, index - firstIndex + 1));
    }

    /** The longest beginning within {@code bytesMax}, and at least one entry if there is one. */
    LogSlice within(long bytesMax) {
        long bytes = 0;
        for (int i = from; i < to; i++) {
            bytes += entries[i].sizeBytes();
            if (bytes > bytesMax && i > from) {
                return new LogSlice(firstIndex, entries, from, i);
            }
        }
        return this;
    }

    /** This slice as {@code later} changes it: entries from its first index on are replaced by its entries. */
    LogSlice overwrittenBy(LogSlice later) {
        if (isEmpty() || later.firstIndex <= firstIndex) {
            return later;
        }
        LogSlice kept = endingAt(later.firstIndex - 1);
        if (kept.lastIndex() + 1 != later.firstIndex) {
            throw new IllegalArgumentException(later + " leaves a gap after " + this);
        }
        if (kept.entries == later.entries && kept.to == later.from) {
            return new LogSlice(firstIndex, entries, from, later.to);
        }
        Entry[] joined = new Entry[kept.size() + later.size()];
        System.arraycopy(kept.entries, kept.from, joined, 0, kept.size());
        System.arraycopy(later.entries, later.from, joined, kept.size(), later.size());
        return new LogSlice(firstIndex, joined, 0, joined.length);
    }

    /** As a witness gets it: index and term of each entry, and configurations. */
    LogSlice elided() {
        Entry[] elided = new Entry[size()];
        for (int i = 0; i < elided.length; i++) {
            elided[i] = entries[from + i].elided();
        }
        return new LogSlice(firstIndex, elided, 0, elided.length);
    }

    void copyTo(Entry[] target, int at) {
        System.arraycopy(entries, from, target, at, size());
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof LogSlice slice) || slice.firstIndex != firstIndex || slice.size() != size()) {
            return false;
        }
        return java.util.Arrays.equals(entries, from, to, slice.entries, slice.from, slice.to);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(firstIndex) * 31 + size();
    }

    @Override
    public String toString() {
        return isEmpty() ? "no entries" : "entries " + firstIndex + ".." + lastIndex();
    }
}
