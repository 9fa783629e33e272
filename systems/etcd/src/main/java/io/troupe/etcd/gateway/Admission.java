package io.troupe.etcd.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts work under way on this node, and refuses more than its bound. Used by gRPC's threads. */
final class Admission {

    private final int max;
    private final AtomicInteger underWay = new AtomicInteger();

    Admission(int max) {
        this.max = max;
    }

    /** Whether there is room; if so, {@link #leave} must follow. */
    boolean tryEnter() {
        if (underWay.incrementAndGet() <= max) {
            return true;
        }
        underWay.decrementAndGet();
        return false;
    }

    void leave() {
        underWay.decrementAndGet();
    }

    int underWay() {
        return underWay.get();
    }
}
