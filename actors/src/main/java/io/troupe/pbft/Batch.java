package io.troupe.pbft;

import io.troupe.wire.Wire;
import java.util.List;

/**
 * Requests that get one sequence number together (§5.1's batching), each as its client sealed it, so that every replica
 * can tell that the primary has not made it up. Empty: the null request, which goes through the protocol and does nothing.
 */
record Batch(List<Sealed> requests) implements Wire {

    static final Batch NULL = new Batch(List.of());

    Batch {
        requests = List.copyOf(requests);
    }
}
