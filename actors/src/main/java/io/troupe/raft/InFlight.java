package io.troupe.raft;

import java.util.ArrayDeque;
import java.util.Deque;

/** The window of one pipeline: AppendEntries sent and not answered, bounded in number and bytes. */
final class InFlight {

    private record Sent(long lastIndex, long bytes) {}

    private final int messagesMax;
    private final long bytesMax;
    private final Deque<Sent> window = new ArrayDeque<>();
    private long bytes;

    InFlight(int messagesMax, long bytesMax) {
        this.messagesMax = messagesMax;
        this.bytesMax = bytesMax;
    }

    /** Whether one more may be sent; the last one may overshoot the bytes by its own size. */
    boolean hasRoom() {
        return window.size() < messagesMax && bytes < bytesMax;
    }

    void sent(long lastIndex, long sizeBytes) {
        window.add(new Sent(lastIndex, sizeBytes));
        bytes += sizeBytes;
    }

    /** The peer has everything through {@code index}. */
    void arrivedThrough(long index) {
        while (!window.isEmpty() && window.getFirst().lastIndex() <= index) {
            bytes -= window.remove().bytes();
        }
    }

    void clear() {
        window.clear();
        bytes = 0;
    }
}
