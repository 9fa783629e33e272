package io.troupe.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** Makes an instance of a record, with something in every component, from its declaration alone. */
final class Samples {

    private static final int DEPTH_MAX = 8;

    private final Map<Class<?>, Object> simple = new HashMap<>();
    private int texts;

    Samples(ActorRef<?> anyRef) {
        simple.put(boolean.class, true);
        simple.put(byte.class, (byte) 3);
        simple.put(short.class, (short) 3);
        simple.put(char.class, 'c');
        simple.put(int.class, 3);
        simple.put(long.class, 3L);
        simple.put(float.class, 1.5f);
        simple.put(double.class, 2.5);
        simple.put(Boolean.class, true);
        simple.put(Integer.class, 3);
        simple.put(Long.class, 3L);
        simple.put(byte[].class, new byte[] {1, 2});
        simple.put(ByteString.class, ByteString.fromString("bytes"));
        simple.put(ActorRef.class, anyRef);
        simple.put(Duration.class, Duration.ofMillis(5));
        simple.put(Instant.class, Instant.ofEpochMilli(7));
        simple.put(UUID.class, new UUID(1, 2));
        simple.put(Done.class, Done.getInstance());
        simple.put(OptionalLong.class, OptionalLong.of(4));
        simple.put(OptionalInt.class, OptionalInt.of(4));
    }

    Object of(Type type) {
        return of(type, 0);
    }

    private Object of(Type type, int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalStateException("No sample of " + type + ": it holds itself without end");
        }
        if (type instanceof ParameterizedType generic) {
            return ofGeneric((Class<?>) generic.getRawType(), generic.getActualTypeArguments(), depth);
        }
        if (type instanceof WildcardType || type instanceof TypeVariable<?>) {
            return "text";
        }
        Class<?> raw = (Class<?>) type;
        if (simple.containsKey(raw)) {
            return simple.get(raw);
        }
        if (raw == String.class) {
            return "text-" + texts++; // another each time: names within a message may have to differ
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[0];
        }
        if (raw.isRecord()) {
            return ofRecord(raw, depth);
        }
        if (raw.isSealed()) {
            return Arrays.stream(raw.getPermittedSubclasses())
                    .map(permitted -> of(permitted, depth + 1))
                    .findFirst()
                    .orElseThrow();
        }
        return ofFactory(raw, depth);
    }

    /** A class that is no record, and a record that refuses what its declaration alone allows, is made by its static {@code of}. */
    private Object ofFactory(Class<?> type, int depth) {
        Method factory = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> method.getName().equals("of") && method.getReturnType() == type)
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "No sample of " + type + " is known; make it a record, or give it a static 'of'"));
        Object[] values = Arrays.stream(factory.getGenericParameterTypes())
                .map(parameter -> of(parameter, depth + 1))
                .toArray();
        try {
            factory.setAccessible(true);
            return factory.invoke(null, values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No sample of " + type + " with " + Arrays.toString(values), e);
        }
    }

    private Object ofGeneric(Class<?> raw, Type[] arguments, int depth) {
        if (simple.containsKey(raw)) {
            return simple.get(raw);
        }
        if (raw == Optional.class) {
            return depth >= DEPTH_MAX - 2 ? Optional.empty() : Optional.of(of(arguments[0], depth + 1));
        }
        if (raw == List.class || raw == Collection.class) {
            return List.of(of(arguments[0], depth + 1));
        }
        if (raw == Set.class) {
            return Set.of(of(arguments[0], depth + 1));
        }
        if (raw == SortedSet.class) {
            return new TreeSet<>(Set.of(of(arguments[0], depth + 1)));
        }
        if (raw == Map.class) {
            return Map.of(of(arguments[0], depth + 1), of(arguments[1], depth + 1));
        }
        if (raw == SortedMap.class) {
            return new TreeMap<>(Map.of(of(arguments[0], depth + 1), of(arguments[1], depth + 1)));
        }
        return of(raw, depth);
    }

    private Object ofRecord(Class<?> type, int depth) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = of(components[i].getGenericType(), depth + 1);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) { // its components have to agree with one another
            return ofFactory(type, depth);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("No sample of " + type + " with " + Arrays.toString(values), e);
        }
    }
}
