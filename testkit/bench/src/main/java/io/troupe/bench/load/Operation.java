package io.troupe.bench.load;

import java.util.random.RandomGenerator;

/** One kind of request to a service, as one client sends it. */
@FunctionalInterface
public interface Operation {

    /** Sends one; {@code ended} is told that it was answered, or failed, on whatever thread hears of it. */
    void send(RandomGenerator random, Ended ended);

    /** Told once for an operation. */
    @FunctionalInterface
    interface Ended {
        void with(boolean ok);
    }
}
