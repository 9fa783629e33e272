package io.troupe.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A Kryo that knows only registered classes, and takes the many implementations of a few well-known
 * types (lists, sets, maps, byte strings, actor references, enum constants) for the type itself.
 */
final class WireKryo extends Kryo {

    /** Deeper than any message; shallow enough that nested garbage never overflows the stack. */
    private static final int DEPTH_MAX = 200;

    private static final List<Class<?>> KNOWN_BY_TYPE = List.of(
            ByteString.class,
            ActorRef.class,
            List.class,
            SortedSet.class,
            SortedMap.class,
            Set.class,
            Map.class,
            Done.class);

    private final Registrations registrations;
    private final Map<Class<?>, Registration> standIns = new IdentityHashMap<>();

    WireKryo(Registrations registrations) {
        this.registrations = registrations;
        setRegistrationRequired(true);
        setReferences(false);
        setMaxDepth(DEPTH_MAX);
        setClassLoader(WireKryo.class.getClassLoader());
        for (Registrations.Entry entry : registrations.entries()) {
            if (entry.serializer() != null) {
                register(entry.type(), entry.serializer(), entry.id());
            } else if (entry.type().isRecord()) {
                register(entry.type(), ofRecord(entry.type(), entry.isChecked()), entry.id());
            } else {
                register(entry.type(), entry.id());
            }
        }
    }

    private static <T> RecordSerializer<T> ofRecord(Class<T> type, boolean isChecked) {
        return isChecked ? new CheckedRecordSerializer<>(type) : new RecordSerializer<>(type);
    }

    @Override
    public Registration getRegistration(Class type) {
        Registration exact = getClassResolver().getRegistration(type);
        if (exact != null) {
            return exact;
        }
        Registration standIn = standIns.get(type);
        if (standIn == null) {
            standIn = standIn(type);
            standIns.put(type, standIn);
        }
        return standIn;
    }

    private Registration standIn(Class<?> type) {
        for (Class<?> known : KNOWN_BY_TYPE) {
            if (known.isAssignableFrom(type)) {
                return registered(known, type);
            }
        }
        Class<?> enclosing = type.getSuperclass();
        if (enclosing != null && enclosing.isEnum()) { // an enum constant with a body of its own
            return registered(enclosing, type);
        }
        throw new IllegalArgumentException(registrations.unregistered(type));
    }

    private Registration registered(Class<?> known, Class<?> asked) {
        @Nullable Registration registration = getClassResolver().getRegistration(known);
        if (registration == null) {
            throw new IllegalArgumentException(registrations.unregistered(asked));
        }
        return registration;
    }
}
