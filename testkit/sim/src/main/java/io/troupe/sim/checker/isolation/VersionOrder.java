package io.troupe.sim.checker.isolation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known of the order of one key's versions: some come before some others. */
final class VersionOrder {

    private final Map<Object, Set<Object>> after = new LinkedHashMap<>();

    void add(Object earlier, Object later) {
        if (!earlier.equals(later)) {
            after.computeIfAbsent(earlier, any -> new LinkedHashSet<>()).add(later);
        }
    }

    void addAll(VersionOrder other) {
        other.after.forEach((earlier, all) -> all.forEach(later -> add(earlier, later)));
    }

    Map<Object, Set<Object>> edges() {
        return after;
    }

    /** Whether something is known to come before {@code version}. */
    Set<Object> withPredecessors() {
        Set<Object> found = new LinkedHashSet<>();
        after.values().forEach(found::addAll);
        return found;
    }

    /** Versions that come before themselves (all that remain when versions without predecessor are taken away). */
    List<Object> cyclic() {
        Map<Object, Integer> predecessors = new HashMap<>();
        after.keySet().forEach(version -> predecessors.putIfAbsent(version, 0));
        after.values().forEach(all -> all.forEach(version -> predecessors.merge(version, 1, Integer::sum)));
        var free = new ArrayDeque<Object>();
        predecessors.forEach((version, count) -> {
            if (count == 0) {
                free.add(version);
            }
        });
        while (!free.isEmpty()) {
            var version = free.remove();
            predecessors.remove(version);
            for (Object next : after.getOrDefault(version, Set.of())) {
                if (predecessors.merge(next, -1, Integer::sum) == 0) {
                    free.add(next);
                }
            }
        }
        return new ArrayList<>(predecessors.keySet());
    }
}
