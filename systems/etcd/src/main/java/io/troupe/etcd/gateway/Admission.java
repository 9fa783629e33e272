package io.troupe.etcd.gateway;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts work under way on this node, and the bytes that it brings, and refuses more than its bounds. Used by gRPC's threads. */
final class Admission {

    private final int max;
    private final long bytesMax;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong bytesUnderWay = new AtomicLong();

    Admission(int max) {
        this(max, Long.MAX_VALUE);
    }

    /** @param bytesMax who comes when there are so many is refused, so one is always let in */
    Admission(int max, long bytesMax) {
        this.max = max;
        this.bytesMax = bytesMax;
    }

    boolean tryEnter() {
        return tryEnter(0);
    }

    /** Whether there is room; if so, {@link #leave} with the same bytes must follow. */
    boolean tryEnter(long bytes) {
        int calls = underWay.incrementAndGet();
        long bytesBefore = bytesUnderWay.getAndAdd(bytes);
        if (calls <= max && bytesBefore < bytesMax) {
            return true;
        }
        leave(bytes);
        return false;
    }

    void leave() {
        leave(0);
    }

    void leave(long bytes) {
        underWay.decrementAndGet();
        bytesUnderWay.addAndGet(-bytes);
    }

    int underWay() {
        return underWay.get();
    }
}
