package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The interactive consistency conditions (§1).
 *
 * <p>IC1: all loyal lieutenants obey the same order. IC2: if the commanding general is loyal, then every loyal lieutenant
 * obeys the order he sends.
 */
public final class InteractiveConsistency {

    private InteractiveConsistency() {}

    /**
     * @param order what the commander was to send; empty when it is a traitor
     * @param obeyed what each loyal lieutenant does
     * @return what is broken, in words; empty when both conditions hold
     */
    public static Optional<String> broken(Optional<Order> order, Map<String, Order> obeyed) {
        Set<Order> different = new TreeSet<>(obeyed.values());
        if (different.size() > 1) {
            return Optional.of("IC1 is broken: loyal lieutenants obey different orders, " + obeyed);
        }
        return order.filter(sent -> !different.isEmpty() && !different.contains(sent))
                .map(sent ->
                        "IC2 is broken: the loyal commander sends " + sent + ", and loyal lieutenants do " + obeyed);
    }
}
