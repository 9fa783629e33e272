package io.troupe.sim.explore;

import io.troupe.sim.Choice;
import io.troupe.sim.explore.StateGraph.Edge;
import io.troupe.sim.explore.StateGraph.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Finds runs that never reach a goal, in the part of the graph where it has not been reached: dead ends, where nothing
 * happens any more unless somebody does harm, and cycles that a fair run may stay in for ever.
 *
 * <p>Fair (weakly, link by link and clock by clock): as long as messages are under way between two nodes, sooner or later
 * one of them arrives; as long as a node's clock has something to do, sooner or later it does it. Nobody has to crash,
 * restart, lose or double anything. A strongly connected part has a fair run exactly when for each link and clock, it
 * moves within the part, or has nothing to do in some state of it.
 */
final class Liveness {

    private final StateGraph graph;
    private final int goal;
    private final boolean onlyFair;
    /** States that can be reached without the goal, by a shortest such path. */
    private final Map<State, Edge> ways = new LinkedHashMap<>();

    private final Map<State, State> origins = new HashMap<>();

    Liveness(StateGraph graph, int goal, boolean onlyFair) {
        this.graph = graph;
        this.goal = goal;
        this.onlyFair = onlyFair;
    }

    /** The one with the shortest stem, a dead end before a cycle. */
    Optional<Lasso> withoutGoal() {
        walk();
        var deadEnd = ways.keySet().stream().filter(State::isFinal).findFirst();
        if (deadEnd.isPresent()) {
            return Optional.of(new Lasso(stemTo(deadEnd.get()), List.of()));
        }
        return new Components(graph, ways.keySet())
                .withCycles().stream()
                        .filter(this::mayStay)
                        .map(this::lasso)
                        .min(Comparator.comparingInt(
                                lasso -> lasso.stem().size() + lasso.cycle().size()));
    }

    private void walk() {
        var root = graph.get(StateGraph.ROOT);
        if (root.hasReached(goal)) {
            return;
        }
        var queue = new ArrayDeque<State>();
        ways.put(root, new Edge(Choice.local(""), StateGraph.ROOT));
        queue.add(root);
        for (State from = queue.poll(); from != null; from = queue.poll()) {
            for (var edge : from.edges) {
                var target = graph.get(edge.target());
                if (!target.hasReached(goal) && ways.putIfAbsent(target, edge) == null) {
                    origins.put(target, from);
                    queue.add(target);
                }
            }
        }
    }

    private List<Choice> stemTo(State state) {
        var path = new ArrayDeque<Choice>();
        for (State at = state; at.id != StateGraph.ROOT; ) {
            path.addFirst(way(at).choice());
            var origin = origins.get(at);
            if (origin == null) {
                throw new IllegalStateException("state " + at.id + " was never reached");
            }
            at = origin;
        }
        return List.copyOf(path);
    }

    private Edge way(State state) {
        var way = ways.get(state);
        if (way == null) {
            throw new IllegalStateException("state " + state.id + " was never reached");
        }
        return way;
    }

    private Stream<Edge> inside(Set<State> component) {
        return component.stream()
                .flatMap(state -> state.edges.stream())
                .filter(edge -> component.contains(graph.get(edge.target())));
    }

    private boolean mayStay(Set<State> component) {
        return !onlyFair || obligations(component).stream().allMatch(due -> moves(component, due));
    }

    /** The links and clocks that have something to do in every state of the part. */
    private static Set<Choice> obligations(Set<State> component) {
        Set<Choice> always = new LinkedHashSet<>();
        boolean first = true;
        for (var state : component) {
            var here =
                    state.choices.stream().filter(choice -> !choice.isFault()).toList();
            if (first) {
                always.addAll(here);
            } else {
                always.retainAll(here);
            }
            first = false;
        }
        return always;
    }

    private boolean moves(Set<State> component, Choice due) {
        return inside(component).anyMatch(edge -> edge.choice().equals(due));
    }

    /** Goes round the part so that every link and clock either moves or has nothing to do once. */
    private Lasso lasso(Set<State> component) {
        State entry =
                ways.keySet().stream().filter(component::contains).findFirst().orElseThrow();
        List<Choice> cycle = new ArrayList<>();
        State at = entry;
        Set<Choice> links = new LinkedHashSet<>();
        if (onlyFair) {
            component.forEach(state ->
                    state.choices.stream().filter(choice -> !choice.isFault()).forEach(links::add));
        }
        for (var link : links) {
            boolean rests = component.stream().anyMatch(state -> !state.choices.contains(link));
            at = rests
                    ? append(cycle, component, at, state -> !state.choices.contains(link))
                    : appendMove(cycle, component, at, link);
        }
        if (cycle.isEmpty()) {
            var edge = entry.edges.stream()
                    .filter(any -> component.contains(graph.get(any.target())))
                    .findFirst()
                    .orElseThrow();
            cycle.add(edge.choice());
            at = graph.get(edge.target());
        }
        append(cycle, component, at, state -> state == entry);
        return new Lasso(stemTo(entry), cycle);
    }

    private State appendMove(List<Choice> cycle, Set<State> component, State from, Choice move) {
        var at = append(
                cycle, component, from, state -> step(component, state, move).isPresent());
        cycle.add(move);
        return graph.get(step(component, at, move).orElseThrow().target());
    }

    private Optional<Edge> step(Set<State> component, State state, Choice move) {
        return state.edges.stream()
                .filter(edge -> edge.choice().equals(move) && component.contains(graph.get(edge.target())))
                .findFirst();
    }

    /** Appends a shortest way inside the part to a state that is wanted. */
    private State append(List<Choice> cycle, Set<State> component, State from, Predicate<State> wanted) {
        Map<State, State> before = new HashMap<>();
        Map<State, Choice> by = new HashMap<>();
        var queue = new ArrayDeque<State>();
        before.put(from, from);
        queue.add(from);
        for (State at = queue.poll(); at != null; at = queue.poll()) {
            if (wanted.test(at)) {
                var way = new ArrayDeque<Choice>();
                for (State back = at; back != from; back = Objects.requireNonNull(before.get(back))) {
                    way.addFirst(Objects.requireNonNull(by.get(back)));
                }
                cycle.addAll(way);
                return at;
            }
            for (var edge : at.edges) {
                var target = graph.get(edge.target());
                if (component.contains(target) && before.putIfAbsent(target, at) == null) {
                    by.put(target, edge.choice());
                    queue.add(target);
                }
            }
        }
        throw new IllegalStateException("a strongly connected part is not connected");
    }
}
