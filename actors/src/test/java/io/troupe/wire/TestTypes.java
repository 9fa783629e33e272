package io.troupe.wire;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** Types of a module that exists in these tests alone. */
public final class TestTypes implements WireTypes {

    enum Colour {
        RED,
        GREEN {
            @Override
            boolean restful() {
                return true;
            }
        };

        boolean restful() {
            return false;
        }
    }

    record Inner(int number, String text) implements Wire {}

    record Everything(
            boolean flag,
            long big,
            byte[] raw,
            ByteString bytes,
            ActorRef<Inner> ref,
            Optional<Inner> optional,
            OptionalLong optionalLong,
            OptionalInt optionalInt,
            List<Inner> list,
            Set<String> set,
            Map<String, Long> map,
            SortedSet<String> sortedSet,
            SortedMap<String, Inner> sortedMap,
            Colour colour,
            Duration duration,
            Instant instant,
            UUID uuid,
            Done done)
            implements Wire {}

    record Happened(String what) implements Wire {}

    record Anything(Object value) implements Wire {}

    record Nested(Optional<Nested> inner) implements Wire {}

    record Unregistered(int number) implements Wire {}

    @Override
    public String module() {
        return "wire-tests";
    }

    @Override
    public void register(Registry registry) {
        registry.message(900, Colour.class);
        registry.message(901, Inner.class);
        registry.message(902, Everything.class);
        registry.event(903, 2, Happened.class);
        registry.message(904, Anything.class);
        registry.message(905, Nested.class);
    }
}
