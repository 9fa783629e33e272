package io.troupe.sim.checker;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A map from keys to strings, judged key by key. Empty at first. */
public final class KeyValue implements Model<Map<String, String>, KeyValue.Input, KeyValue.Output> {

    public sealed interface Input permits Get, Put, Cas, Delete, Append {
        String key();
    }

    public record Get(String key) implements Input {}

    public record Put(String key, String value) implements Input {}

    /** Puts {@code update} if the key's value is {@code expected}; empty expects the key to be absent. */
    public record Cas(String key, Optional<String> expected, String update) implements Input {}

    public record Delete(String key) implements Input {}

    /** Adds to the end of the value, an absent one counting as empty. */
    public record Append(String key, String suffix) implements Input {}

    public sealed interface Output permits Done, Value, Swapped, Deleted {}

    /** The answer of a put or an append, and of a delete that does not tell more. */
    public record Done() implements Output {}

    /** What a get found; empty when the key was absent. */
    public record Value(Optional<String> value) implements Output {}

    /** Whether a compare-and-swap took place; "no" is an observation too. */
    public record Swapped(boolean swapped) implements Output {}

    /** Whether a delete found the key. */
    public record Deleted(boolean existed) implements Output {}

    public static final Done DONE = new Done();

    @Override
    public Map<String, String> initial() {
        return Map.of();
    }

    @Override
    public Object partition(Input input) {
        return input.key();
    }

    @Override
    public boolean isObservation(Input input, @Nullable Output output) {
        return input instanceof Get
                || (output instanceof Swapped cas && !cas.swapped())
                || (output instanceof Deleted delete && !delete.existed());
    }

    @Override
    public @Nullable Map<String, String> step(Map<String, String> state, Input input, @Nullable Output output) {
        Optional<String> now = Optional.ofNullable(state.get(input.key()));
        if (input instanceof Put put) {
            return with(state, put.key(), put.value());
        }
        if (input instanceof Append append) {
            return with(state, append.key(), now.orElse("") + append.suffix());
        }
        if (input instanceof Delete delete) {
            if (output instanceof Deleted deleted && deleted.existed() != now.isPresent()) {
                return null;
            }
            return without(state, delete.key());
        }
        if (input instanceof Cas cas) {
            boolean matches = now.equals(cas.expected());
            if (output instanceof Swapped swapped && swapped.swapped() != matches) {
                return null;
            }
            return matches ? with(state, cas.key(), cas.update()) : state;
        }
        return output instanceof Value read && !read.value().equals(now) ? null : state;
    }

    private static Map<String, String> with(Map<String, String> state, String key, String value) {
        if (state.isEmpty() || (state.size() == 1 && state.containsKey(key))) {
            return Map.of(key, value);
        }
        var next = new TreeMap<>(state);
        next.put(key, value);
        return next;
    }

    private static Map<String, String> without(Map<String, String> state, String key) {
        if (!state.containsKey(key)) {
            return state;
        }
        var next = new TreeMap<>(state);
        next.remove(key);
        return next;
    }
}
