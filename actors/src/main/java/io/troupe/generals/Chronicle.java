package io.troupe.generals;

/** Where an actor writes down what has become of it, for whoever looks on; nothing depends on it. */
@FunctionalInterface
public interface Chronicle {

    /** @param name what is told, such as {@code "decision"}; what was told under that name before is over */
    void state(String name, Object value);
}
