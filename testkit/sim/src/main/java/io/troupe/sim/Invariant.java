package io.troupe.sim;

/** What must hold at every moment of every run. */
@FunctionalInterface
public interface Invariant {
    /** Throws when it does not hold, saying what was seen and what would be right. */
    void check();
}
