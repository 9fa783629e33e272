package io.troupe.sim.checker;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store as etcd's: one revision for the whole store, that every operation which changes something raises by
 * one; each key remembers the revision of its last change; a transaction compares, and then does one thing or another.
 * Answers may name the revision they were given at. One revision for all keys means that there are no parts.
 */
public final class Mvcc implements Model<Mvcc.State, Mvcc.Input, Mvcc.Output> {

    public record Stored(Object value, long modRevision) {}

    /** @param keys what is there */
    public record State(long revision, TreeMap<String, Stored> keys) {
        @Override
        public String toString() {
            return "revision " + revision + " " + keys;
        }
    }

    public sealed interface Input permits Get, Put, Delete, Txn {}

    public record Get(String key) implements Input {}

    public record Put(String key, Object value) implements Input {}

    public record Delete(String key) implements Input {}

    /** If every comparison holds, does {@code then}, else {@code otherwise}; all at one revision. */
    public record Txn(List<Compare> compares, List<Input> then, List<Input> otherwise) implements Input {
        public Txn {
            compares = List.copyOf(compares);
            then = List.copyOf(then);
            otherwise = List.copyOf(otherwise);
        }
    }

    public sealed interface Compare permits ValueIs, RevisionIs {
        String key();
    }

    /** @param value empty: the key is absent */
    public record ValueIs(String key, Optional<Object> value) implements Compare {}

    /** @param modRevision 0: the key is absent */
    public record RevisionIs(String key, long modRevision) implements Compare {}

    /**
     * An answer; what is empty was not told.
     *
     * @param revision the store's, after the operation
     * @param value what a get found: an empty inner value for nothing
     * @param modRevision the key's, of what a get found; 0 for nothing
     * @param succeeded whether a transaction's comparisons held
     * @param results of a transaction's operations, in order
     */
    public record Output(
            Optional<Long> revision,
            Optional<Optional<Object>> value,
            Optional<Long> modRevision,
            Optional<Boolean> succeeded,
            List<Output> results) {

        public static final Output NOTHING =
                new Output(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of());

        public Output {
            results = List.copyOf(results);
        }
    }

    private final long firstRevision;

    /** @param firstRevision of the empty store; etcd's is 1 */
    public Mvcc(long firstRevision) {
        this.firstRevision = firstRevision;
    }

    @Override
    public State initial() {
        return new State(firstRevision, new TreeMap<>());
    }

    @Override
    public boolean isObservation(Input input, @Nullable Output output) {
        return input instanceof Get;
    }

    @Override
    public @Nullable State step(State state, Input input, @Nullable Output output) {
        var keys = new TreeMap<>(state.keys());
        if (!apply(state, keys, input, output == null ? Output.NOTHING : output)) {
            return null;
        }
        boolean changed = !keys.equals(state.keys());
        long revision = changed ? state.revision() + 1 : state.revision();
        if (output != null && output.revision().isPresent() && output.revision().get() != revision) {
            return null;
        }
        return changed ? new State(revision, keys) : state;
    }

    /** Does {@code input} to {@code keys}; false when it could not have answered so. */
    private static boolean apply(State before, TreeMap<String, Stored> keys, Input input, Output output) {
        long next = before.revision() + 1;
        if (input instanceof Put put) {
            keys.put(put.key(), new Stored(put.value(), next));
            return true;
        }
        if (input instanceof Delete delete) {
            keys.remove(delete.key());
            return true;
        }
        if (input instanceof Get get) {
            var stored = Optional.ofNullable(keys.get(get.key()));
            return (output.value().isEmpty() || output.value().get().equals(stored.map(Stored::value)))
                    && (output.modRevision().isEmpty()
                            || output.modRevision()
                                    .get()
                                    .equals(stored.map(Stored::modRevision).orElse(0L)));
        }
        var txn = (Txn) input;
        boolean holds = txn.compares().stream().allMatch(compare -> holds(compare, keys));
        if (output.succeeded().isPresent() && output.succeeded().get() != holds) {
            return false;
        }
        var branch = holds ? txn.then() : txn.otherwise();
        for (int i = 0; i < branch.size(); i++) {
            var result = i < output.results().size() ? output.results().get(i) : Output.NOTHING;
            if (!apply(before, keys, branch.get(i), result)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(Compare compare, TreeMap<String, Stored> keys) {
        var stored = Optional.ofNullable(keys.get(compare.key()));
        if (compare instanceof ValueIs is) {
            return is.value().equals(stored.map(Stored::value));
        }
        return ((RevisionIs) compare).modRevision()
                == stored.map(Stored::modRevision).orElse(0L);
    }
}
