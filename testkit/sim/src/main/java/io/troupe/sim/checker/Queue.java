package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue. In order, a dequeue takes the oldest element (Knossos's {@code fifo-queue}); unordered, any that is in it
 * ({@code unordered-queue}). Empty at first. That an unordered queue was found empty tells nothing here: a dequeue of
 * unknown outcome may have taken anything.
 */
public final class Queue<V> implements Model<List<V>, Queue.Input<V>, Queue.Output<V>> {

    public sealed interface Input<V> permits Enqueue, Dequeue {}

    public record Enqueue<V>(V element) implements Input<V> {}

    public record Dequeue<V>() implements Input<V> {}

    public sealed interface Output<V> permits Enqueued, Taken {}

    public record Enqueued<V>() implements Output<V> {}

    /** What was taken; empty when the queue was. */
    public record Taken<V>(Optional<V> element) implements Output<V> {}

    private final boolean inOrder;

    private Queue(boolean inOrder) {
        this.inOrder = inOrder;
    }

    public static <V> Queue<V> fifo() {
        return new Queue<>(true);
    }

    public static <V> Queue<V> unordered() {
        return new Queue<>(false);
    }

    @Override
    public List<V> initial() {
        return List.of();
    }

    @Override
    public boolean isObservation(Input<V> input, @Nullable Output<V> output) {
        return output instanceof Taken<V> taken && taken.element().isEmpty();
    }

    @Override
    public @Nullable List<V> step(List<V> state, Input<V> input, @Nullable Output<V> output) {
        if (input instanceof Enqueue<V> enqueue) {
            var next = new ArrayList<V>(state.size() + 1);
            next.addAll(state);
            next.add(inOrder ? state.size() : place(state, enqueue.element()), enqueue.element());
            return next;
        }
        if (output instanceof Taken<V> taken) {
            if (taken.element().isEmpty()) {
                return state.isEmpty() || !inOrder ? state : null;
            }
            int at = state.indexOf(taken.element().get());
            return at < 0 || (inOrder && at > 0) ? null : without(state, at);
        }
        // Nobody knows what was taken. In order it was the oldest; unordered it is as if nothing were, because what
        // lies in the queue for ever contradicts nobody.
        return state.isEmpty() || !inOrder ? state : without(state, 0);
    }

    /** Unordered contents are kept in one order, so that equal contents are equal states. */
    private static <V> int place(List<V> state, V element) {
        int at = 0;
        while (at < state.size() && compare(state.get(at), element) < 0) {
            at++;
        }
        return at;
    }

    private static <V> int compare(V one, V other) {
        int byHash = Integer.compare(one.hashCode(), other.hashCode());
        return byHash != 0 ? byHash : one.toString().compareTo(other.toString());
    }

    private static <V> List<V> without(List<V> state, int at) {
        var next = new ArrayList<>(state);
        next.remove(at);
        return next;
    }
}
