package io.troupe.persistence.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where the next batch may be written before the one under way is durable: behind it, while it is synced. The operating
 * system then has most of the batch when its turn comes, and the disk need not wait for the copying. Nothing depends on
 * it: what was written early is durable with the sync of its own batch, claims no more to be durable than was, and lies
 * beyond the end of the segment until then.
 *
 * <p>Closed → open behind a batch that was written ({@link #open}) → closed before the next is appended ({@link #close}),
 * or anything is cut or begun ({@link #forget}); either waits for a write that is under way.
 */
final class EarlyWrites {

    private @Nullable Segment segment;
    private @Nullable Batch begun;
    private long position;
    private final long segmentBytes;

    /** @param segmentBytes nothing is written early beyond this length of a segment */
    EarlyWrites(long segmentBytes) {
        this.segmentBytes = segmentBytes;
    }

    /** The batch that begins at {@code position} of the log may be written to {@code segment} now. */
    synchronized void open(Segment segment, long position) {
        this.segment = segment;
        this.position = position;
    }

    /** Nothing more is written early now; what was, stands. */
    synchronized void close() {
        segment = null;
    }

    /** Nothing more is written early now, and what was does not count: the log goes on elsewhere. */
    synchronized void forget() {
        segment = null;
        if (begun != null) {
            begun.wroteEarly(0);
        }
    }

    /** Writes {@code part}, unless its batch does not belong there or is being committed already. */
    synchronized boolean write(Batch.Part part) throws IOException {
        Segment into = segment;
        if (into == null || part.position() != position || !part.isStillGathering()) {
            return false;
        }
        long at = position - into.id().base();
        if (at + part.bytes().limit() > segmentBytes) {
            return false;
        }
        int end = part.bytes().limit();
        begun = part.batch();
        into.file().write(at + part.bytes().position(), part.bytes());
        part.batch().wroteEarly(end);
        return true;
    }
}
