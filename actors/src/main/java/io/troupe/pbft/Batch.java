package io.troupe.pbft;

import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.util.ByteString;

/**
 * Requests that get one sequence number together (§5.1's batching), each as its client sealed it, so that every replica
 * can tell that the primary has not made it up. Empty: the null request, which goes through the protocol and does nothing.
 */
sealed interface Batch extends Wire {

    Batch NULL = new Plain(List.of());

    /** @param value empty for services that need none */
    static Batch of(List<Sealed> requests, Optional<ByteString> value) {
        return value.<Batch>map(chosen -> new Valued(requests, chosen)).orElseGet(() -> new Plain(requests));
    }

    List<Sealed> requests();

    /** What the primary has chosen for these requests (§4.6, {@link NonDeterminism}). */
    Optional<ByteString> value();

    record Plain(List<Sealed> requests) implements Batch {
        public Plain {
            requests = List.copyOf(requests);
        }

        @Override
        public Optional<ByteString> value() {
            return Optional.empty();
        }
    }

    /** "It concatenates the value with the associated request" (§4.6), so that the digest is of both. */
    record Valued(List<Sealed> requests, ByteString chosen) implements Batch {
        public Valued {
            requests = List.copyOf(requests);
        }

        @Override
        public Optional<ByteString> value() {
            return Optional.of(chosen);
        }
    }
}
