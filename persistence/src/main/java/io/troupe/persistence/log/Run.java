package io.troupe.persistence.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where one stream's events lie within one segment. While the segment is written the places are in memory, 16 bytes a
 * record; once the segment has its summary on disk they are read from there when a replay needs them.
 */
final class Run {

    /** A run ends after this many records, so that a replay that begins or pauses within it reads few places again. */
    static final int RECORDS_MAX = 1024;

    private final Segment segment;
    private int count;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private long bytes;
    private long @Nullable [] entries;
    private long slice;
    private int sliceCrc;

    /** A run that grows in memory. */
    Run(Segment segment) {
        this.segment = segment;
        this.entries = new long[2];
    }

    /** A run whose places are on disk, in the summary of its segment. */
    Run(Segment segment, int count, long first, long last, long bytes, long slice, int sliceCrc) {
        this.segment = segment;
        this.count = count;
        this.first = first;
        this.last = last;
        this.bytes = bytes;
        this.slice = slice;
        this.sliceCrc = sliceCrc;
    }

    synchronized void add(long offset, int size, long firstNr, long lastNr) {
        long[] places = entries;
        if (places == null) {
            throw new IllegalStateException("run of " + segment.where() + " is closed");
        }
        if (places.length == count * 2) {
            places = Arrays.copyOf(places, Math.max(8, places.length * 2));
            entries = places;
        }
        places[count * 2] = Places.pack(offset, (int) (lastNr - firstNr));
        places[count * 2 + 1] = firstNr;
        count++;
        first = Math.min(first, firstNr);
        last = Math.max(last, lastNr);
        bytes += size;
    }

    /** Forgets the places in memory: from now on they are found in the summary. */
    synchronized void movedToSummary(long sliceOffset, int crc) {
        slice = sliceOffset;
        sliceCrc = crc;
        entries = null;
    }

    /** Where the places are: in memory, or else in the segment's summary. */
    record Location(long @Nullable [] inMemory, long slice, int crc, int count) {}

    synchronized Location location() {
        return new Location(entries == null ? null : Arrays.copyOf(entries, count * 2), slice, sliceCrc, count);
    }

    synchronized boolean isFull() {
        return count >= RECORDS_MAX;
    }

    Segment segment() {
        return segment;
    }

    synchronized int count() {
        return count;
    }

    synchronized long first() {
        return first;
    }

    synchronized long last() {
        return last;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** About how many of the run's bytes hold events beyond {@code deletedTo}. */
    synchronized long liveBytes(long deletedTo) {
        if (deletedTo < first) {
            return bytes;
        }
        if (deletedTo >= last) {
            return 0;
        }
        return (long) (bytes * ((double) (last - deletedTo) / (last - first + 1)));
    }
}
