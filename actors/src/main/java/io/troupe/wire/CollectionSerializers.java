package io.troupe.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Collections arrive unmodifiable and in the order they were sent in, whatever implementation the
 * sender used: a set or map iterates alike on every node.
 */
final class CollectionSerializers {

    private CollectionSerializers() {}

    /** The least bytes that one element takes: its class id. */
    private static final int ELEMENT_BYTES_MIN = 1;

    /** Kryo writes a class as its id and this: below are those of null and of classes by name. */
    private static final int IDS_OF_KRYO = 2;

    /** Room made before the elements are there: collections within collections may each claim all bytes that are left. */
    private static final int CAPACITY_MAX = 1024;

    private static void writeAll(Kryo kryo, Output output, Collection<?> elements) {
        output.writeVarInt(elements.size(), true);
        Class<?> lastType = null;
        Registration last = null;
        for (Object element : elements) {
            Class<?> type = Objects.requireNonNull(element, "null in a collection on the wire")
                    .getClass();
            if (last == null || type != lastType) {
                last = kryo.writeClass(output, type);
                lastType = type;
            } else { // Most are alike, and who writes them has looked up other classes meanwhile.
                output.writeVarInt(last.getId() + IDS_OF_KRYO, true);
            }
            kryo.writeObject(output, element, last.getSerializer());
        }
    }

    private static <C extends Collection<Object>> C readAll(Kryo kryo, Input input, int size, C into) {
        for (int i = 0; i < size; i++) {
            into.add(kryo.readClassAndObject(input));
        }
        return into;
    }

    private static int size(Input input, int bytesEach) {
        return ((WireInput) input).readLength(bytesEach);
    }

    private static int capacity(int size) {
        return Math.min(size, CAPACITY_MAX);
    }

    private static void requireNaturalOrder(@Nullable Comparator<?> comparator, Object collection) {
        if (comparator != null && !comparator.equals(Comparator.naturalOrder())) {
            throw new IllegalArgumentException("A " + collection.getClass().getName() + " ordered by " + comparator
                    + " cannot be sent; sorted collections on the wire are in natural order");
        }
    }

    @SuppressWarnings("rawtypes")
    static final class OfList extends ImmutableSerializer<List> {
        @Override
        public void write(Kryo kryo, Output output, List list) {
            writeAll(kryo, output, list);
        }

        @Override
        public List read(Kryo kryo, Input input, Class<? extends List> type) {
            int size = size(input, ELEMENT_BYTES_MIN);
            return Collections.unmodifiableList(readAll(kryo, input, size, new ArrayList<>(capacity(size))));
        }
    }

    @SuppressWarnings("rawtypes")
    static final class OfSet extends ImmutableSerializer<Set> {
        @Override
        public void write(Kryo kryo, Output output, Set set) {
            writeAll(kryo, output, set);
        }

        @Override
        public Set read(Kryo kryo, Input input, Class<? extends Set> type) {
            int size = size(input, ELEMENT_BYTES_MIN);
            return Collections.unmodifiableSet(readAll(kryo, input, size, new LinkedHashSet<>(2 * capacity(size))));
        }
    }

    @SuppressWarnings("rawtypes")
    static final class OfSortedSet extends ImmutableSerializer<SortedSet> {
        @Override
        public void write(Kryo kryo, Output output, SortedSet set) {
            requireNaturalOrder(set.comparator(), set);
            writeAll(kryo, output, set);
        }

        @Override
        public SortedSet read(Kryo kryo, Input input, Class<? extends SortedSet> type) {
            int size = size(input, ELEMENT_BYTES_MIN);
            return Collections.unmodifiableSortedSet(readAll(kryo, input, size, new TreeSet<>()));
        }
    }

    private static void writeEntries(Kryo kryo, Output output, Map<?, ?> map) {
        output.writeVarInt(map.size(), true);
        map.forEach((key, value) -> {
            kryo.writeClassAndObject(output, Objects.requireNonNull(key, "null key in a map on the wire"));
            kryo.writeClassAndObject(output, Objects.requireNonNull(value, "null value in a map on the wire"));
        });
    }

    private static <M extends Map<Object, Object>> M readEntries(Kryo kryo, Input input, int size, M into) {
        for (int i = 0; i < size; i++) {
            into.put(kryo.readClassAndObject(input), kryo.readClassAndObject(input));
        }
        return into;
    }

    @SuppressWarnings("rawtypes")
    static final class OfMap extends ImmutableSerializer<Map> {
        @Override
        public void write(Kryo kryo, Output output, Map map) {
            writeEntries(kryo, output, (Map<?, ?>) map);
        }

        @Override
        public Map read(Kryo kryo, Input input, Class<? extends Map> type) {
            int size = size(input, 2 * ELEMENT_BYTES_MIN);
            return Collections.unmodifiableMap(readEntries(kryo, input, size, new LinkedHashMap<>(2 * capacity(size))));
        }
    }

    @SuppressWarnings("rawtypes")
    static final class OfSortedMap extends ImmutableSerializer<SortedMap> {
        @Override
        public void write(Kryo kryo, Output output, SortedMap map) {
            requireNaturalOrder(map.comparator(), map);
            writeEntries(kryo, output, (Map<?, ?>) map);
        }

        @Override
        public SortedMap read(Kryo kryo, Input input, Class<? extends SortedMap> type) {
            int size = size(input, 2 * ELEMENT_BYTES_MIN);
            return Collections.unmodifiableSortedMap(readEntries(kryo, input, size, new TreeMap<>()));
        }
    }
}
