package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import java.util.List;

/**
 * A run without end that never reaches a goal.
 *
 * @param stem from the beginning
 * @param cycle what then happens over and over; empty when nothing happens any more
 */
record Lasso(List<Choice> stem, List<Choice> cycle) {
    Lasso {
        stem = List.copyOf(stem);
        cycle = List.copyOf(cycle);
    }
}
