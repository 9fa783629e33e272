package io.troupe.sim.explore;

import io.troupe.sim.explore.StateGraph.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The strongly connected parts of a part of a graph (Tarjan, SIAM Journal on Computing 1972, without recursion). */
final class Components {

    private static final class Visit {
        private final State state;
        private int next;

        private Visit(State state) {
            this.state = state;
        }
    }

    private final StateGraph graph;
    private final Set<State> within;
    private final Map<State, Integer> index = new HashMap<>();
    private final Map<State, Integer> low = new HashMap<>();
    private final ArrayDeque<State> stack = new ArrayDeque<>();
    private final Set<State> onStack = new HashSet<>();
    private final ArrayDeque<Visit> calls = new ArrayDeque<>();
    private final List<Set<State>> found = new ArrayList<>();

    Components(StateGraph graph, Set<State> within) {
        this.graph = graph;
        this.within = within;
    }

    /** Those with an edge inside. */
    List<Set<State>> withCycles() {
        for (var start : within) {
            if (!index.containsKey(start)) {
                enter(start);
                while (!calls.isEmpty()) {
                    goOn(calls.element());
                }
            }
        }
        return found;
    }

    private void enter(State state) {
        low.put(state, index.size());
        index.put(state, index.size());
        stack.push(state);
        onStack.add(state);
        calls.push(new Visit(state));
    }

    private void goOn(Visit visit) {
        var state = visit.state;
        while (visit.next < state.edges.size()) {
            var target = graph.get(state.edges.get(visit.next++).target());
            if (!within.contains(target)) {
                continue;
            }
            Integer seen = index.get(target);
            if (seen == null) {
                enter(target);
                return;
            }
            if (onStack.contains(target)) {
                low.merge(state, seen, Math::min);
            }
        }
        calls.pop();
        int lowest = low.getOrDefault(state, 0);
        if (!calls.isEmpty()) {
            low.merge(calls.element().state, lowest, Math::min);
        }
        if (lowest == index.getOrDefault(state, 0)) {
            leave(state);
        }
    }

    private void leave(State root) {
        var component = new LinkedHashSet<State>();
        State member;
        do {
            member = stack.pop();
            onStack.remove(member);
            component.add(member);
        } while (member != root);
        boolean hasCycle = component.stream()
                .anyMatch(state -> state.edges.stream().anyMatch(edge -> component.contains(graph.get(edge.target()))));
        if (hasCycle) {
            found.add(component);
        }
    }
}
