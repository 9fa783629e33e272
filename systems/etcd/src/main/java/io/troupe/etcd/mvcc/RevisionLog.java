package io.troupe.etcd.mvcc;

import java.util.ArrayList;
import java.util.List;

/** Every change since the last compaction, in revision order: what a watch from the past is served from. */
final class RevisionLog {

    private static final int CHUNK = 1024;

    private final List<Entry[]> chunks = new ArrayList<>();
    /** Positions run from 0 at the beginning of the first chunk. */
    private int head;

    private int tail;

    void append(Entry entry) {
        if (tail == chunks.size() * CHUNK) {
            chunks.add(new Entry[CHUNK]);
        }
        chunks.get(tail / CHUNK)[tail % CHUNK] = entry;
        tail++;
    }

    /** The same change from another place; one that is not here any more is left alone. */
    void move(Entry change, Entry copy) {
        for (int i = firstFrom(change.modRevision()); i < tail && !change.isBefore(get(i)); i++) {
            if (get(i).isSameAs(change)) {
                chunks.get(i / CHUNK)[i % CHUNK] = copy;
            }
        }
    }

    int size() {
        return tail - head;
    }

    /** Position of the first change at or after the main revision; {@link #end} when there is none. */
    int firstFrom(long revision) {
        int low = head;
        int high = tail;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle).modRevision() < revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    int begin() {
        return head;
    }

    int end() {
        return tail;
    }

    Entry get(int position) {
        return chunks.get(position / CHUNK)[position % CHUNK];
    }

    /** Forgets the changes before the main revision. */
    void dropBefore(long revision) {
        head = firstFrom(revision);
        int emptyChunks = head / CHUNK;
        chunks.subList(0, emptyChunks).clear();
        head -= emptyChunks * CHUNK;
        tail -= emptyChunks * CHUNK;
    }
}
