package io.troupe.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a suite of seeds has reached, how often and in how many of them, and what it should have. */
public final class Coverage {

    /** @param seeds in how many seeds it was reached at all */
    public record Reached(long times, int seeds) {}

    private final List<String> expected;
    private final Map<String, Reached> reached = new TreeMap<>();
    private int seeds;

    public Coverage(List<String> expected) {
        this.expected = List.copyOf(expected);
    }

    /** Takes in what one seed has reached, see {@link Simulation#reached()}. */
    public void add(Map<String, Long> counts) {
        seeds++;
        counts.forEach((what, times) -> reached.merge(
                what, new Reached(times, 1), (a, b) -> new Reached(a.times() + b.times(), a.seeds() + b.seeds())));
    }

    public Map<String, Reached> reached() {
        return Map.copyOf(reached);
    }

    /** What was expected and never reached, in the order in which it was declared. */
    public List<String> missing() {
        return expected.stream().filter(what -> !reached.containsKey(what)).toList();
    }

    /** One line for each, what is missing last; empty when nothing was reached or expected. */
    public String report() {
        List<String> lines = new ArrayList<>();
        reached.forEach((what, count) ->
                lines.add("  %,9d times in %,d of %,d seeds: %s".formatted(count.times(), count.seeds(), seeds, what)));
        missing().forEach(what -> lines.add("      NEVER in %,d seeds: %s".formatted(seeds, what)));
        return String.join("\n", lines);
    }
}
