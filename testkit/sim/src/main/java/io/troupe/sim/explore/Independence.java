package io.troupe.sim.explore;

import io.troupe.sim.Choice;

/**
 * Which two choices lead to the same state in either order, and neither of which can make the other possible or
 * impossible. Steps of different nodes are so, because nodes share nothing: each consumes what lies in front of its own
 * node, and puts new messages behind those that are under way. Crashes and restarts count as dependent on everything.
 *
 * @param sharesTimers whether timers have a common bound, or wait for the network to be empty
 */
record Independence(boolean sharesTimers) {

    boolean commute(Choice a, Choice b) {
        return !concernsAll(a)
                && !concernsAll(b)
                && !a.node().equals(b.node())
                && !(a.isFault() && a.kind() == b.kind()); // two of a kind share one budget
    }

    private boolean concernsAll(Choice choice) {
        return switch (choice.kind()) {
            case CRASH, RESTART, SCRIPTED -> true;
            case LOCAL -> sharesTimers;
            case DELIVER, LOSE, DUPLICATE -> false;
        };
    }
}
