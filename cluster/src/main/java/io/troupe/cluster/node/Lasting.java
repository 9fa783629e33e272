package io.troupe.cluster.node;

import java.time.Duration;
import java.util.OptionalLong;

/** Something that may be so for a moment, and is taken seriously when it has been so all the time for longer. */
final class Lasting {

    private final Duration longer;
    private OptionalLong sinceNanos = OptionalLong.empty();

    Lasting(Duration longer) {
        this.longer = longer;
    }

    /** @return whether it is so, and has been at every call for longer than a moment */
    boolean holds(boolean isSo, long nowNanos) {
        if (!isSo) {
            sinceNanos = OptionalLong.empty();
        } else if (sinceNanos.isEmpty()) {
            sinceNanos = OptionalLong.of(nowNanos);
        }
        return isSo && nowNanos - sinceNanos.getAsLong() > longer.toNanos();
    }
}
