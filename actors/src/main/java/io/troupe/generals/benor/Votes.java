package io.troupe.generals.benor;

import static io.troupe.generals.benor.BenOr.NO_VALUE;

import java.util.Collection;
import java.util.Collections;

/** What a process may conclude from the values it has been told. */
final class Votes {

    private Votes() {}

    /** Step 2: the value that more than half of all n processes report; else "?". Two values never both have that many. */
    static int majority(Collection<Integer> reported, int n) {
        for (int value = 0; value <= 1; value++) {
            if (2 * Collections.frequency(reported, value) > n) {
                return value;
            }
        }
        return NO_VALUE;
    }

    /** Step 3(a): the value that somebody proposes, if any. */
    static int proposed(Collection<Integer> proposals) {
        return proposals.stream().filter(value -> value != NO_VALUE).findFirst().orElse(NO_VALUE);
    }

    /** Step 3(b): more than f propose it, so everybody else, who waits for all but f, hears of it from one at least. */
    static boolean isDecided(int value, Collection<Integer> proposals, int f) {
        return value != NO_VALUE && Collections.frequency(proposals, value) > f;
    }
}
