package io.troupe.sim.checker;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A register that is read, written and compared-and-set. Unset at first, unless told otherwise. */
public final class Register<V> implements Model<Optional<V>, Register.Input<V>, Register.Output<V>> {

    public sealed interface Input<V> permits Read, Write, CompareAndSet {}

    public record Read<V>() implements Input<V> {}

    public record Write<V>(V value) implements Input<V> {}

    /** Sets {@code update} if the register holds {@code expected}. */
    public record CompareAndSet<V>(V expected, V update) implements Input<V> {}

    public sealed interface Output<V> permits Written, Value, Swapped {}

    public record Written<V>() implements Output<V> {}

    /** What was read; empty when the register is unset. */
    public record Value<V>(Optional<V> value) implements Output<V> {}

    /** Whether the compare-and-set took place; "no" is an observation too. */
    public record Swapped<V>(boolean swapped) implements Output<V> {}

    private final Optional<V> initial;

    public Register() {
        this(Optional.empty());
    }

    public Register(Optional<V> initial) {
        this.initial = initial;
    }

    @Override
    public Optional<V> initial() {
        return initial;
    }

    @Override
    public String describe(Optional<V> state) {
        return state.map(String::valueOf).orElse("unset");
    }

    @Override
    public boolean isObservation(Input<V> input, @Nullable Output<V> output) {
        return input instanceof Read<V> || (output instanceof Swapped<V> cas && !cas.swapped());
    }

    @Override
    public @Nullable Optional<V> step(Optional<V> state, Input<V> input, @Nullable Output<V> output) {
        if (input instanceof Write<V> write) {
            return Optional.of(write.value());
        }
        if (input instanceof CompareAndSet<V> cas) {
            boolean matches = state.equals(Optional.of(cas.expected()));
            if (output instanceof Swapped<V> swapped && swapped.swapped() != matches) {
                return null;
            }
            return matches ? Optional.of(cas.update()) : state;
        }
        return output instanceof Value<V> read && !read.value().equals(state) ? null : state;
    }
}
