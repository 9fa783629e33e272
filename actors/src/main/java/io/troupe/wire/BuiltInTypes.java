package io.troupe.wire;

import com.esotericsoftware.kryo.serializers.DefaultArraySerializers;
import com.esotericsoftware.kryo.serializers.OptionalSerializers;
import com.esotericsoftware.kryo.serializers.TimeSerializers;
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
import org.apache.pekko.util.ByteString;

/** JDK and Pekko types that any message may hold. {@link ActorRefSerializer} joins them in a running system. */
final class BuiltInTypes implements WireTypes {

    static final int ACTOR_REF = 12;

    @Override
    public String module() {
        return "wire";
    }

    @Override
    public void register(Registry registry) {
        registry.message(10, byte[].class, new DefaultArraySerializers.ByteArraySerializer());
        registry.message(11, ByteString.class, new ValueSerializers.OfByteString());
        registry.message(13, Optional.class, new OptionalSerializers.OptionalSerializer());
        registry.message(14, List.class, new CollectionSerializers.OfList());
        registry.message(15, Set.class, new CollectionSerializers.OfSet());
        registry.message(16, Map.class, new CollectionSerializers.OfMap());
        registry.message(17, Duration.class, new TimeSerializers.DurationSerializer());
        registry.message(18, Instant.class, new TimeSerializers.InstantSerializer());
        registry.message(19, UUID.class, new ValueSerializers.OfUuid());
        registry.message(20, Done.class, new ValueSerializers.OfDone());
        registry.message(21, OptionalInt.class, new OptionalSerializers.OptionalIntSerializer());
        registry.message(22, OptionalLong.class, new OptionalSerializers.OptionalLongSerializer());
        registry.message(23, SortedSet.class, new CollectionSerializers.OfSortedSet());
        registry.message(24, SortedMap.class, new CollectionSerializers.OfSortedMap());
    }
}
