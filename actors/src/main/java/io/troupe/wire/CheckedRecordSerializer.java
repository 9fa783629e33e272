package io.troupe.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records as Kryo writes them, and refused where they are not what they declare: Kryo by itself reads a component without a
 * value, and a collection of whatever is registered, and whoever handles the record would stumble over it. So a faulty node
 * could bring down every one that hears it.
 */
final class CheckedRecordSerializer<T> extends RecordSerializer<T> {

    /** @param place among the parameters of the record's constructor */
    private record Component(String name, Class<?> raw, Type type, int place) {}

    private final Component[] inOrderOfTheirNames;
    private final Constructor<T> constructor;

    CheckedRecordSerializer(Class<T> type) {
        super(type);
        RecordComponent[] declared = type.getRecordComponents();
        this.inOrderOfTheirNames = IntStream.range(0, declared.length)
                .mapToObj(place -> new Component(
                        declared[place].getName(), declared[place].getType(), declared[place].getGenericType(), place))
                .sorted(Comparator.comparing(Component::name))
                .toArray(Component[]::new);
        try {
            this.constructor = type.getDeclaredConstructor(
                    Stream.of(declared).map(RecordComponent::getType).toArray(Class[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type + " is a record without its constructor", e);
        }
        constructor.setAccessible(true);
    }

    /** @throws KryoException also when a component is missing, or it or what it holds is of another type than declared */
    @Override
    public T read(Kryo kryo, Input input, Class<? extends T> type) {
        Object[] values = new Object[inOrderOfTheirNames.length];
        for (Component component : inOrderOfTheirNames) {
            Object value = valueOf(component.raw(), kryo, input);
            if (!component.raw().isPrimitive() && !isOf(component.type(), value)) {
                throw new KryoException("The component " + component.name() + " of " + type.getName()
                        + " is missing, or is or holds something else than " + component.type());
            }
            values[component.place()] = value;
        }
        try {
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new KryoException(type.getName() + " does not take what was read", e);
        }
    }

    private static @Nullable Object valueOf(Class<?> type, Kryo kryo, Input input) {
        if (type.isPrimitive()) {
            return kryo.readObject(input, type);
        }
        return kryo.isFinal(type) ? kryo.readObjectOrNull(input, type) : kryo.readClassAndObject(input);
    }

    private static boolean isOf(Type declared, @Nullable Object value) {
        if (declared instanceof Class<?> type) {
            return type.isInstance(value);
        }
        if (declared instanceof ParameterizedType type) {
            return isOf(type.getRawType(), value) && holdsOnly(type.getActualTypeArguments(), value);
        }
        if (declared instanceof WildcardType type) {
            return isOf(type.getUpperBounds()[0], value);
        }
        return declared instanceof TypeVariable<?> type ? isOf(type.getBounds()[0], value) : value != null;
    }

    private static boolean holdsOnly(Type[] types, @Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.isEmpty() || isOf(types[0], optional.get());
        }
        if (value instanceof Collection<?> collection) {
            for (Object element : collection) {
                if (!isOf(types[0], element)) {
                    return false;
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!isOf(types[0], entry.getKey()) || !isOf(types[1], entry.getValue())) {
                    return false;
                }
            }
        }
        return true;
    }
}
