package io.troupe.sim;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which of the nemesis' strikes take place, or which clients take part: all, or those with the given numbers. */
public final class FaultFilter {

    private static final FaultFilter ALL = new FaultFilter(true, Set.of());

    private final boolean all;
    private final Set<Integer> numbers;

    private FaultFilter(boolean all, Set<Integer> numbers) {
        this.all = all;
        this.numbers = new TreeSet<>(numbers);
    }

    public static FaultFilter all() {
        return ALL;
    }

    public static FaultFilter only(Set<Integer> numbers) {
        return new FaultFilter(false, numbers);
    }

    /** @param text numbers with commas between, as {@link #toString()} writes them; "none" for no fault */
    public static FaultFilter parse(String text) {
        if (text.equals("all")) {
            return ALL;
        }
        return only(
                text.equals("none")
                        ? Set.of()
                        : Arrays.stream(text.split(","))
                                .map(number -> Integer.parseInt(number.trim()))
                                .collect(Collectors.toSet()));
    }

    /** How many numbers it names; 0 when it allows all. */
    public int size() {
        return numbers.size();
    }

    public boolean allows(int number) {
        return all || numbers.contains(number);
    }

    @Override
    public String toString() {
        if (all) {
            return "all";
        }
        return numbers.isEmpty()
                ? "none"
                : numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
