package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a system, that only goes forward. The same choices lead to the same state in every run. */
interface Execution {

    /**
     * What one sees when everything rests.
     *
     * @param state two moments with the same words here have the same future
     * @param goals bit g is set when goal g is reached now
     * @param broken what is wrong, null when nothing is; a broken moment has no future
     */
    record Moment(String state, long goals, @Nullable String broken) {}

    /** What may happen next, in an order that depends on the state alone. */
    List<Choice> choices();

    void take(Choice choice);

    /** Takes it once more, on the way back to a state that is known. */
    default void repeat(Choice choice) {
        take(choice);
    }

    Moment look();

    /** The state of {@link #look} alone. */
    default String state() {
        return look().state();
    }

    /** To come back to this moment without running; null when that cannot be. */
    default @Nullable Object save() {
        return null;
    }

    /**
     * Comes back to a moment that was saved in this run or in another one of the same source.
     *
     * @param path the choices that lead there
     */
    default void restore(Object saved, Supplier<List<Choice>> path) {
        throw new UnsupportedOperationException("nothing was saved");
    }

    void end();

    /** Where runs come from. */
    @FunctionalInterface
    interface Source {
        Execution begin();
    }
}
