package io.troupe.sim.checker;

import org.jspecify.annotations.Nullable;

/**
 * Independent copies of one object, one for each key: what Jepsen calls {@code independent}. Judged key by key.
 *
 * @param <K> key
 */
public final class PerKey<K, S, I, O> implements Model<S, PerKey.On<K, I>, O> {

    /** An operation on the copy of {@code key}. */
    public record On<K, I>(K key, I input) {}

    private final Model<S, I, O> each;

    public PerKey(Model<S, I, O> each) {
        this.each = each;
    }

    @Override
    public S initial() {
        return each.initial();
    }

    @Override
    public @Nullable S step(S state, On<K, I> on, @Nullable O output) {
        return each.step(state, on.input(), output);
    }

    @Override
    public boolean isObservation(On<K, I> on, @Nullable O output) {
        return each.isObservation(on.input(), output);
    }

    @Override
    public Object partition(On<K, I> on) {
        return on.key();
    }

    @Override
    public String describe(S state) {
        return each.describe(state);
    }
}
