package io.troupe.sim.checker;

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
}
