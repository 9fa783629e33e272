package io.troupe.generals.dls;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** The values that a process has locked, each with the phase of the lock, and which values it can accept (§3.1). */
final class Locks {

    private final SortedMap<Integer, Integer> phases = new TreeMap<>();

    /** "A value v is acceptable to p if p does not have a lock on any value except possibly v", and v is proper. */
    boolean accepts(int value, SortedSet<Integer> proper) {
        return proper.contains(value) && phases.keySet().stream().allMatch(locked -> locked == value);
    }

    /** An earlier lock on the same value is replaced. */
    void lock(int value, int phase) {
        phases.put(value, phase);
    }

    /** Somebody has a lock on {@code value} since {@code phase}: a lock on another value that is not newer is released. */
    void heard(int value, int phase) {
        phases.entrySet().removeIf(mine -> mine.getKey() != value && mine.getValue() <= phase);
    }

    SortedMap<Integer, Integer> phases() {
        return new TreeMap<>(phases);
    }

    @Override
    public String toString() {
        return phases.toString();
    }
}
