package io.troupe.replication;

import org.apache.pekko.util.ByteString;

/**
 * Where bytes that stay for long are kept, one behind the other in large segments. What a log holds is thereby few arrays to a
 * garbage collector, which moves none that takes a region of its own; by themselves commands would be moved twice, and the
 * more of them came since, the longer everything stands still for that.
 *
 * <p>A segment goes when nothing shows bytes of it any more. One thread keeps; any may read what it was handed.
 */
public final class ByteArena {

    /** With the array's header a little less than a MiB: a region of a node's heap ({@code jvm.options}). */
    private static final int SEGMENT_BYTES = (1 << 20) - 64;

    /** Most logs of tests stay small. */
    private static final int FIRST_SEGMENT_BYTES = 4 << 10;

    /** What is larger leaves too much of a segment empty, and is few objects as it is. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    private byte[] segment = {};
    private int used;

    /** The same bytes, copied here; those of more than 64 KiB as they are. */
    public ByteString keep(ByteString bytes) {
        int length = bytes.length();
        if (length == 0 || length > KEPT_BYTES_MAX) {
            return bytes;
        }
        if (segment.length - used < length) {
            int next = Math.min(SEGMENT_BYTES, Math.max(FIRST_SEGMENT_BYTES, 2 * segment.length));
            segment = new byte[Math.max(length, next)];
            used = 0;
        }
        int at = used;
        bytes.copyToArray(segment, at, length);
        used += length;
        return ByteString.fromArrayUnsafe(segment, at, length);
    }
}
