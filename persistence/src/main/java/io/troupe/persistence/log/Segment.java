package io.troupe.persistence.log;

import io.troupe.persistence.files.LogFile;
import java.io.IOException;

/**
 * An open segment file. Its end is where the durable records end; readers see nothing beyond it. A segment that was
 * replaced by compaction or emptied by deletion is retired, and closed when its last reader lets go.
 */
final class Segment {

    private final SegmentId id;
    private final LogFile file;
    private final String where;
    private volatile long end;
    private volatile boolean preallocated;
    private volatile boolean summarized;
    private volatile long liveWhenRewritten = Long.MAX_VALUE;
    private int holders = 1;

    Segment(SegmentId id, LogFile file, String where, long end) {
        this.id = id;
        this.file = file;
        this.where = where;
        this.end = end;
    }

    SegmentId id() {
        return id;
    }

    LogFile file() {
        return file;
    }

    /** The file's place, for messages. */
    String where() {
        return where;
    }

    /** Offset behind the last durable record. */
    long end() {
        return end;
    }

    void endAt(long newEnd) {
        end = newEnd;
    }

    /** Position in the log behind the last durable record. */
    long endPosition() {
        return id.base() + end;
    }

    /** Whether zeros follow its records, into which the next are written. */
    boolean isPreallocated() {
        return preallocated;
    }

    void preallocated(boolean now) {
        preallocated = now;
    }

    /** Whether its summary was written. */
    boolean isSummarized() {
        return summarized;
    }

    void summarized() {
        summarized = true;
    }

    /** How many bytes were estimated to be needed when compaction made this segment; more than ever for others. */
    long liveWhenRewritten() {
        return liveWhenRewritten;
    }

    void rewrittenWith(long live) {
        liveWhenRewritten = live;
    }

    /** Keeps the file open for a reader, until {@link #release()}; false when the segment is gone. */
    synchronized boolean retain() {
        if (holders == 0) {
            return false;
        }
        holders++;
        return true;
    }

    /** Lets go of what {@link #retain()} (or the construction) holds. */
    void release() throws IOException {
        synchronized (this) {
            holders--;
            if (holders > 0) {
                return;
            }
        }
        file.close();
    }
}
