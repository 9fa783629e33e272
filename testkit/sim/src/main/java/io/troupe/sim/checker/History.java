package io.troupe.sim.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What all clients saw, ordered by invocation. Immutable. */
public record History<I, O>(List<Operation<I, O>> operations) {

    public History {
        var ordered = new ArrayList<>(operations);
        ordered.sort(Comparator.comparingLong((Operation<I, O> operation) -> operation.invokedAt())
                .thenComparingInt(Operation::id));
        operations = List.copyOf(ordered);
    }

    public int size() {
        return operations.size();
    }

    /** How many operations ended with {@code outcome}. */
    public long count(Outcome outcome) {
        return operations.stream()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    /** Splits by a label of the input, in order of first occurrence. */
    public Map<Object, History<I, O>> partition(Function<? super I, ?> label) {
        var parts = new LinkedHashMap<Object, List<Operation<I, O>>>();
        for (var operation : operations) {
            parts.computeIfAbsent(label.apply(operation.input()), any -> new ArrayList<>())
                    .add(operation);
        }
        var histories = new LinkedHashMap<Object, History<I, O>>();
        parts.forEach((key, part) -> histories.put(key, new History<>(part)));
        return histories;
    }

    /** One operation a line. */
    @Override
    public String toString() {
        var lines = new StringBuilder();
        operations.forEach(operation -> lines.append(operation).append('\n'));
        return lines.toString();
    }
}
