package io.troupe.sim.checker;

import org.jspecify.annotations.Nullable;

/**
 * What one copy of the object, used by one client at a time, would do. States are immutable and have {@code equals} and
 * {@code hashCode}: the search keeps those it has seen.
 *
 * @param <S> state
 * @param <I> input of an operation
 * @param <O> its output
 */
public interface Model<S, I, O> {

    S initial();

    /**
     * The state after {@code input} was applied in {@code state} and answered {@code output}.
     *
     * @param output null when it is not known what was answered: then any answer will do
     * @return null when the object could not have answered so in this state
     */
    @Nullable S step(S state, I input, @Nullable O output);

    /**
     * The part of the object that {@code input} touches. Parts are judged apart, which is exact when no operation
     * touches two of them (linearizability is local, Herlihy &amp; Wing §3.3), and faster by orders of magnitude.
     */
    default Object partition(I input) {
        return "all";
    }

    /**
     * Whether {@code input}, answered {@code output}, changes no state at all: a read, a compare-and-set that failed. When
     * in doubt say no. A write of what is there already changes nothing now, and would later: it is none.
     *
     * @param output null when it is not known what was answered
     */
    default boolean isObservation(I input, @Nullable O output) {
        return false;
    }

    /** A state as a reader of a failed verdict wants it. */
    default String describe(S state) {
        return String.valueOf(state);
    }
}
