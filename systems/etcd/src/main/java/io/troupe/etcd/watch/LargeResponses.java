package io.troupe.etcd.watch;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The large responses of all streams that gRPC has and has not sent: each takes its bytes outside of the heap until its client has
 * read what came before, and one change of a megabyte can be a response for each of a thousand streams.
 */
public final class LargeResponses {

    /** Smaller ones are written as the stream takes them. */
    static final int LARGE_BYTES = 64 * 1024;

    private final long bytesMax;
    private final AtomicLong unsent = new AtomicLong();

    /** @param bytesMax when there are so many, none is written more; so one always is */
    public LargeResponses(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether it may be written; if so, {@link #sent} must follow. */
    boolean tryWrite(int bytes) {
        if (unsent.getAndAdd(bytes) < bytesMax) {
            return true;
        }
        sent(bytes);
        return false;
    }

    void sent(long bytes) {
        unsent.addAndGet(-bytes);
    }
}
