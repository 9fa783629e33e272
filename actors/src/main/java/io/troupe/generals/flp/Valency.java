package io.troupe.generals.flp;

import io.troupe.generals.flp.Configuration.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * "Let C be a configuration and let V be the set of decision values of configurations reachable from C. C is bivalent if
 * |V| = 2. C is univalent if |V| = 1, 0-valent or 1-valent according to the corresponding decision value" (§3). Found by
 * visiting everything that is reachable. That is finite for three processes whose coins always show the same: rounds that are
 * over leave nothing behind, and any two decide soon without the third. With luck they could go on for ever, and what waits for
 * the third would grow; with more processes there is more than one can visit.
 */
public final class Valency {

    /** V; NONE, from where nobody ever decides, does not occur in a protocol that is partially correct and can end. */
    public enum Kind {
        NONE,
        ZERO_VALENT,
        ONE_VALENT,
        BIVALENT
    }

    /** By the set of decisions that are reachable: bit 0 for 0, bit 1 for 1. */
    private static final Kind[] KINDS = {Kind.NONE, Kind.ZERO_VALENT, Kind.ONE_VALENT, Kind.BIVALENT};

    private static final int CONFIGURATIONS_MAX = 500_000;

    private final int coin;
    private final Map<String, Integer> numbers = new HashMap<>();
    /** Bit v: decision v is reachable. */
    private byte[] reachable = new byte[1024];

    private long disagreements;

    /** @param coin what every coin shows, 0 or 1 */
    public Valency(int coin) {
        if (coin != 0 && coin != 1) {
            throw new IllegalArgumentException("a coin shows 0 or 1, not " + coin);
        }
        this.coin = coin;
    }

    /**
     * Of a configuration, reachable or not from one asked for before.
     *
     * @throws IllegalStateException when more than {@value #CONFIGURATIONS_MAX} configurations are reachable
     */
    public Kind of(Configuration configuration) {
        String key = configuration.key();
        if (!numbers.containsKey(key)) {
            explore(configuration, key);
        }
        return KINDS[reachable[numberOf(key)]];
    }

    public boolean isBivalent(Configuration configuration) {
        return of(configuration) == Kind.BIVALENT;
    }

    /** How many different configurations were seen. */
    public int size() {
        return numbers.size();
    }

    /** How many of them have processes that decided differently. */
    public long disagreements() {
        return disagreements;
    }

    /** How many of them are of that kind. */
    public long count(Kind kind) {
        long count = 0;
        for (int number = 0; number < size(); number++) {
            count += KINDS[reachable[number]] == kind ? 1 : 0;
        }
        return count;
    }

    private int numberOf(String key) {
        Integer number = numbers.get(key);
        if (number == null) {
            throw new IllegalStateException("a configuration was not explored");
        }
        return number;
    }

    private int add(Configuration configuration, String key) {
        int number = numbers.size();
        if (number >= CONFIGURATIONS_MAX) {
            throw new IllegalStateException(
                    "more than " + CONFIGURATIONS_MAX + " configurations; fewer processes have fewer");
        }
        numbers.put(key, number);
        if (number == reachable.length) {
            reachable = Arrays.copyOf(reachable, 2 * number);
        }
        var decisions = configuration.decisions();
        for (int decision : decisions) {
            reachable[number] |= (byte) (1 << decision);
        }
        disagreements += decisions.size() > 1 ? 1 : 0;
        return number;
    }

    /** Everything new that is reachable; then what can be decided is handed back along the events. */
    private void explore(Configuration configuration, String firstKey) {
        int first = numbers.size();
        var frontier = new ArrayDeque<Configuration>();
        List<int[]> before = new ArrayList<>();
        add(configuration, firstKey);
        frontier.add(configuration.settled());
        int expanded = first;
        while (!frontier.isEmpty()) {
            var from = frontier.remove();
            for (Event event : from.events()) {
                var next = from.after(event, () -> coin).settled();
                String key = next.key();
                Integer number = numbers.get(key);
                if (number == null) {
                    number = add(next, key);
                    frontier.add(next);
                }
                before.add(new int[] {expanded, number});
            }
            expanded++;
        }
        handBack(first, before);
    }

    private void handBack(int first, List<int[]> events) {
        // Compressed lists of predecessors of the new configurations.
        int[] start = new int[size() - first + 1];
        for (int[] event : events) {
            if (event[1] >= first) {
                start[event[1] - first + 1]++;
            } else {
                reachable[event[0]] |= reachable[event[1]];
            }
        }
        for (int i = 1; i < start.length; i++) {
            start[i] += start[i - 1];
        }
        int[] predecessors = new int[start[start.length - 1]];
        int[] filled = start.clone();
        for (int[] event : events) {
            if (event[1] >= first) {
                predecessors[filled[event[1] - first]++] = event[0];
            }
        }
        var changed = new ArrayDeque<Integer>();
        for (int number = first; number < size(); number++) {
            if (reachable[number] != 0) {
                changed.add(number);
            }
        }
        while (!changed.isEmpty()) {
            int number = changed.remove();
            for (int i = start[number - first]; i < start[number - first + 1]; i++) {
                int predecessor = predecessors[i];
                byte more = (byte) (reachable[predecessor] | reachable[number]);
                if (more != reachable[predecessor]) {
                    reachable[predecessor] = more;
                    changed.add(predecessor);
                }
            }
        }
    }
}
