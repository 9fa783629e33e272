package io.troupe.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.serializers.RecordSerializer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records as Kryo writes them, and refused where they are not what they declare: Kryo by itself reads a component without a
 * value, and a collection of whatever is registered, and whoever handles the record would stumble over it. So a faulty node
 * could bring down every one that hears it.
 */
final class CheckedRecordSerializer<T> extends RecordSerializer<T> {

    private record Component(String name, Method accessor, Type type) {}

    private final Component[] components;

    CheckedRecordSerializer(Class<T> type) {
        super(type);
        this.components = Stream.of(type.getRecordComponents())
                .filter(component -> !component.getType().isPrimitive())
                .map(component ->
                        new Component(component.getName(), component.getAccessor(), component.getGenericType()))
                .toArray(Component[]::new);
        for (Component component : components) {
            component.accessor().setAccessible(true);
        }
    }

    /** @throws KryoException also when a component is missing, or it or what it holds is of another type than declared */
    @Override
    public T read(Kryo kryo, Input input, Class<? extends T> type) {
        T read = super.read(kryo, input, type);
        for (Component component : components) {
            if (!isOf(component.type(), valueOf(component, read))) {
                throw new KryoException("The component " + component.name() + " of " + type.getName()
                        + " is missing, or is or holds something else than " + component.type());
            }
        }
        return read;
    }

    private static @Nullable Object valueOf(Component component, Object read) {
        try {
            return component.accessor().invoke(read);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new KryoException("The component " + component.name() + " cannot be looked at", e);
        }
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
