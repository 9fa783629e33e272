package io.troupe.sim.checker;

import java.util.Map;

/** The objects that histories are judged against. */
public final class Models {

    private Models() {}

    /** One register with read, write and compare-and-set. */
    public static <V> Register<V> register() {
        return new Register<>();
    }

    /** A map with get, put, compare-and-swap, delete and append, judged key by key. */
    public static KeyValue keyValue() {
        return new KeyValue();
    }

    /** A set with add, remove, and a read of everything. */
    public static <V> GrowingSet<V> set() {
        return new GrowingSet<>();
    }

    /** A queue that gives out the oldest first. */
    public static <V> Queue<V> fifoQueue() {
        return Queue.fifo();
    }

    /** A queue that gives out anything that is in it. */
    public static <V> Queue<V> unorderedQueue() {
        return Queue.unordered();
    }

    /** A lock that only its holder releases; acquisitions may answer fencing tokens, each greater than the last. */
    public static Lock lock() {
        return Lock.owned();
    }

    /** Registers that transactions read and write several of. */
    public static MultiRegister multiRegister(Map<Object, Object> initial) {
        return new MultiRegister(initial);
    }

    /** A key-value store with one revision for all keys, and transactions that compare. */
    public static Mvcc mvcc() {
        return new Mvcc(1);
    }
}
