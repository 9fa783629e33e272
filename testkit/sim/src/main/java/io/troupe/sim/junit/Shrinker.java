package io.troupe.sim.junit;

import io.troupe.sim.FaultFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Finds fewer faults that still make a run fail: takes out halves, then quarters, down to single faults, and keeps every
 * smaller set that fails (Zeller &amp; Hildebrandt, <em>Simplifying and isolating failure-inducing input</em>, TSE 2002).
 * The result is not always the smallest set, for taking one out may make another needless only later.
 */
final class Shrinker {

    private final Predicate<FaultFilter> stillFails;
    private final BooleanSupplier mayGoOn;

    /** @param mayGoOn asked before every try; when it says no, what was found so far is the result */
    Shrinker(Predicate<FaultFilter> stillFails, BooleanSupplier mayGoOn) {
        this.stillFails = stillFails;
        this.mayGoOn = mayGoOn;
    }

    Set<Integer> shrink(List<Integer> failing) {
        List<Integer> kept = new ArrayList<>(failing);
        int chunk = kept.size();
        while (chunk >= 1) {
            boolean smaller = false;
            for (int from = 0; from < kept.size() && mayGoOn.getAsBoolean(); ) {
                List<Integer> without = new ArrayList<>(kept);
                without.subList(from, Math.min(from + chunk, kept.size())).clear();
                if (stillFails.test(FaultFilter.only(new TreeSet<>(without)))) {
                    kept = without;
                    smaller = true;
                } else {
                    from += chunk;
                }
            }
            if (!mayGoOn.getAsBoolean()) {
                break;
            }
            // At single faults go round until nothing more can be taken out.
            chunk = chunk == 1 ? (smaller ? 1 : 0) : chunk / 2;
        }
        return new TreeSet<>(kept);
    }
}
