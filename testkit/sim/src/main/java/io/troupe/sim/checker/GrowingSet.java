package io.troupe.sim.checker;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A set that elements are added to (and removed from), and that is read as a whole. Empty at first. */
public final class GrowingSet<V> implements Model<Set<V>, GrowingSet.Input<V>, GrowingSet.Output<V>> {

    public sealed interface Input<V> permits Add, Remove, Read {}

    public record Add<V>(V element) implements Input<V> {}

    public record Remove<V>(V element) implements Input<V> {}

    public record Read<V>() implements Input<V> {}

    public sealed interface Output<V> permits Done, Elements {}

    public record Done<V>() implements Output<V> {}

    public record Elements<V>(Set<V> elements) implements Output<V> {
        public Elements {
            elements = Set.copyOf(elements);
        }
    }

    @Override
    public Set<V> initial() {
        return Set.of();
    }

    @Override
    public boolean isObservation(Input<V> input, @Nullable Output<V> output) {
        return input instanceof Read<V>;
    }

    @Override
    public @Nullable Set<V> step(Set<V> state, Input<V> input, @Nullable Output<V> output) {
        if (input instanceof Add<V> add) {
            if (state.contains(add.element())) {
                return state;
            }
            var next = new LinkedHashSet<>(state);
            next.add(add.element());
            return next;
        }
        if (input instanceof Remove<V> remove) {
            if (!state.contains(remove.element())) {
                return state;
            }
            var next = new LinkedHashSet<>(state);
            next.remove(remove.element());
            return next;
        }
        return output instanceof Elements<V> read && !read.elements().equals(state) ? null : state;
    }
}
