package io.troupe.sim.checker.log;

import java.util.List;

/**
 * Something wrong.
 *
 * @param name of the rule that is broken
 * @param why in words
 * @param events positions, as given by the caller, of what is involved
 */
public record Finding(String name, String why, List<Integer> events) {

    public Finding {
        events = List.copyOf(events);
    }
}
