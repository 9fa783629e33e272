package io.troupe.raft;

import io.troupe.replication.ByteArena;

/**
 * The log from some base on, as a value: appending gives a new view and leaves the old one as it was, while
 * both share the array, so that replicators read on what the leader goes on appending to.
 *
 * <p>Only the protocol role derives views; anybody may read them. What has been applied is read seldom, and stays until the
 * log is compacted: {@link #settle} has it take less.
 */
final class LogView {

    /** Room that all views on one array share; all but the entries is the role's alone. */
    private static final class Room {
        final Entry[] entries;
        final ByteArena arena;
        int used;
        int settled;

        Room(int capacity, ByteArena arena) {
            this.entries = new Entry[capacity];
            this.arena = arena;
        }
    }

    private static final int CAPACITY_MIN = 64;

    /** What {@link #settle} copies at once, roughly: after a start all of a long log may be applied in one go. */
    private static final long SETTLED_BYTES_MAX = 1 << 20;

    private final LogPosition base;
    private final Room room;
    private final int size;

    private LogView(LogPosition base, Room room, int size) {
        this.base = base;
        this.room = room;
        this.size = size;
    }

    static LogView startingAfter(LogPosition base) {
        return new LogView(base, new Room(CAPACITY_MIN, new ByteArena()), 0);
    }

    /** The place before the first entry here; what came before it is compacted. */
    LogPosition base() {
        return base;
    }

    long lastIndex() {
        return base.index() + size;
    }

    LogPosition last() {
        return size == 0 ? base : new LogPosition(lastIndex(), room.entries[size - 1].term());
    }

    boolean isCompacted(long index) {
        return index < base.index();
    }

    /** The term of the entry at {@code index}; -1 when it is compacted or beyond the end. */
    long termAt(long index) {
        if (index == base.index()) {
            return base.term();
        }
        return isCompacted(index) || index > lastIndex() ? -1 : get(index).term();
    }

    boolean contains(LogPosition position) {
        return termAt(position.index()) == position.term();
    }

    Entry get(long index) {
        return room.entries[offset(index)];
    }

    private int offset(long index) {
        if (index <= base.index() || index > lastIndex()) {
            throw new IndexOutOfBoundsException(
                    "Entry " + index + " of a log of " + (base.index() + 1) + ".." + lastIndex());
        }
        return (int) (index - base.index() - 1);
    }

    /** Entries from {@code fromIndex}, which is beyond the base, to the end. */
    LogSlice from(long fromIndex) {
        return fromIndex > lastIndex()
                ? LogSlice.empty(fromIndex)
                : new LogSlice(fromIndex, room.entries, offset(fromIndex), size);
    }

    /** The highest index, at most {@code index}, whose term is at most {@code term}: how both sides back off (§5.3). */
    long lastIndexWithTermAtMost(long term, long index) {
        long candidate = Math.min(index, lastIndex());
        while (candidate > base.index() && termAt(candidate) > term) {
            candidate--;
        }
        return candidate;
    }

    LogView append(Entry entry) {
        Room target = roomFor(1);
        target.entries[size] = entry;
        target.used = size + 1;
        return new LogView(base, target, size + 1);
    }

    LogView append(LogSlice slice) {
        if (slice.isEmpty()) {
            return this;
        }
        if (slice.firstIndex() != lastIndex() + 1) {
            throw new IllegalArgumentException("Appending " + slice + " after index " + lastIndex());
        }
        Room target = roomFor(slice.size());
        slice.copyTo(target.entries, size);
        target.used = size + slice.size();
        return new LogView(base, target, target.used);
    }

    /** This room when nobody wrote beyond this view and it is large enough, else a copy. */
    private Room roomFor(int more) {
        if (room.used == size && size + more <= room.entries.length) {
            return room;
        }
        return copy(0, Math.max(CAPACITY_MIN, (size + more) * 2));
    }

    private Room copy(int from, int capacity) {
        Room copy = new Room(capacity, room.arena);
        System.arraycopy(room.entries, from, copy.entries, 0, size - from);
        copy.used = size - from;
        copy.settled = Math.max(0, Math.min(room.settled, size) - from);
        return copy;
    }

    /**
     * Has the commands through {@code index}, which will not be truncated, lie one behind the other; of more than a MiB the first,
     * and those that follow the next time. The entries are equal to those they replace, so that it does not matter which a view or
     * a slice shows.
     */
    void settle(long index) {
        int end = (int) (Math.min(index, lastIndex()) - base.index());
        for (long bytes = 0; room.settled < end && bytes < SETTLED_BYTES_MAX; room.settled++) {
            Entry entry = room.entries[room.settled];
            room.entries[room.settled] = entry.keptIn(room.arena);
            bytes += entry.sizeBytes();
        }
    }

    /** The log without the entries from {@code index} on (Figure 2, AppendEntries rule 3). */
    LogView truncatedFrom(long index) {
        if (index <= base.index()) {
            throw new IllegalArgumentException("Truncating from " + index + " a log that begins after " + base);
        }
        return index > lastIndex() ? this : new LogView(base, room, (int) (index - base.index() - 1));
    }

    /** The log without what comes after {@code index}, which is not compacted. */
    LogView endingAt(long index) {
        return truncatedFrom(index + 1);
    }

    /** The log without the entries through {@code index}, which stays as the base (§7). */
    LogView compactedThrough(long index) {
        if (index <= base.index()) {
            return this;
        }
        int dropped = (int) (index - base.index());
        Room rest = copy(dropped, Math.max(CAPACITY_MIN, (size - dropped) * 2));
        return new LogView(new LogPosition(index, termAt(index)), rest, size - dropped);
    }

    /**
     * What follows {@code position}, which is known to be of this log although its entry may be gone. A log that
     * begins later stays as it is.
     */
    LogView beginningAfter(LogPosition position) {
        if (position.index() < base.index()) {
            return this;
        }
        if (position.index() >= lastIndex()) {
            return startingAfter(position);
        }
        int dropped = (int) (position.index() - base.index());
        return new LogView(position, copy(dropped, Math.max(CAPACITY_MIN, (size - dropped) * 2)), size - dropped);
    }

    /** Keeps what follows {@code snapshot} if the log contains its last entry, else nothing (§7, InstallSnapshot 6, 7). */
    LogView rebasedOn(LogPosition snapshot) {
        if (snapshot.index() >= base.index() && contains(snapshot)) {
            return compactedThrough(snapshot.index());
        }
        return startingAfter(snapshot);
    }
}
