package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.DependencyGraph.PROCESS;
import static io.troupe.sim.checker.isolation.DependencyGraph.REALTIME;
import static io.troupe.sim.checker.isolation.DependencyGraph.RW;
import static io.troupe.sim.checker.isolation.DependencyGraph.RW_REALTIME;
import static io.troupe.sim.checker.isolation.DependencyGraph.WR;
import static io.troupe.sim.checker.isolation.DependencyGraph.WW;
import static io.troupe.sim.checker.isolation.DependencyGraph.WW_REALTIME;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds cycles, worst kinds first. Whether there is one is decided by strongly connected components, in time linear in
 * the graph; which is the shortest, by breadth-first search from the edges that a cycle of that kind must have. What
 * lies within a component that has shown a worse kind is not searched again for a lesser.
 */
final class CycleSearch {

    /** How much breadth-first search one component may cost for one kind of cycle, in edges. */
    private static final long WORK_MAX = 40_000_000;

    /** How much all of them may. */
    private static final long TOTAL_WORK_MAX = 2_000_000_000L;

    private record Variant(int ww, int rw, int order) {}

    /** Nodes are visited in leaps, a prime apart, so that a bounded search looks everywhere. */
    private static final int STRIDE = 999_983;

    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private static final List<Variant> VARIANTS = List.of(
            new Variant(WW, RW, 0),
            new Variant(WW, RW, PROCESS),
            new Variant(WW | WW_REALTIME, RW | RW_REALTIME, PROCESS | REALTIME));

    private final DependencyGraph graph;
    private final Consumer<Cycle> found;
    private final BooleanSupplier isLate;
    private final Paths paths;
    private final int[] free;

    /** @param isLate asked now and then; once true, the search ends early */
    CycleSearch(DependencyGraph graph, Consumer<Cycle> found, BooleanSupplier isLate) {
        this.graph = graph;
        this.found = found;
        this.isLate = isLate;
        this.paths = new Paths(graph);
        this.free = new int[graph.nodes()];
    }

    /** @return whether the search went to its end */
    boolean run() {
        for (var variant : VARIANTS) {
            int ww = variant.ww() | variant.order();
            if (!kind(ww, 0, variant.ww())
                    || !kind(ww | WR, 0, WR)
                    || !kind(ww | WR, variant.rw(), variant.rw())
                    || !adjacent(ww | WR, variant.rw())) {
                return false;
            }
        }
        return true;
    }

    /** Cycles of {@code kinds} and, none next to another, of {@code rw}, with at least one edge of {@code required}. */
    private boolean kind(int kinds, int rw, int required) {
        return search(kinds | rw, false, required);
    }

    private boolean adjacent(int kinds, int rw) {
        return search(kinds | rw, true, rw);
    }

    private boolean search(int kinds, boolean rwMayBeAdjacent, int required) {
        if (isLate.getAsBoolean()) {
            return false;
        }
        int[] byState = Components.of(new View(graph, kinds, rwMayBeAdjacent, free, Components.ANY));
        int[] components = Components.byNode(byState);
        var within = new View(graph, kinds, rwMayBeAdjacent, components, Components.ANY);
        Map<Integer, Cycle> shortest = new LinkedHashMap<>();
        if ((required & DependencyGraph.ANY_RW) != 0 && !rwMayBeAdjacent) {
            // With one anti-dependency alone, if that is possible, which is the worse kind.
            shorten(shortest, within.without(DependencyGraph.ANY_RW), within, byState, components, required);
        }
        shorten(shortest, within, within, byState, components, required);
        shortest.values().forEach(found);
        for (int node = 0; node < graph.nodes(); node++) {
            if (components[node] != Components.NONE) {
                free[node] = Components.NONE;
            }
        }
        return !isLate.getAsBoolean();
    }

    /** Component by component, looks for cycles that begin with an edge of {@code required} and return by {@code back}. */
    private void shorten(
            Map<Integer, Cycle> shortest, View back, View within, int[] byState, int[] components, int required) {
        Map<Integer, Long> spent = new HashMap<>();
        boolean isSure = back == within;
        int nodes = graph.nodes();
        int stride = nodes % STRIDE == 0 ? 1 : STRIDE;
        for (int i = 0; i < nodes && !isLate.getAsBoolean(); i++) {
            int node = (int) (i * (long) stride % nodes);
            int component = components[node];
            if (component == Components.NONE || graph.isJoint(node)) {
                continue;
            }
            var best = shortest.get(component);
            long already = spent.getOrDefault(component, 0L);
            boolean enough = already > WORK_MAX || paths.work() > TOTAL_WORK_MAX;
            if (best != null && (best.length() == 2 || enough || (isSure && best.isSingle())) || (!isSure && enough)) {
                continue;
            }
            long before = paths.work();
            var cycle = through(node, back, within, byState, required, best == null ? NO_LIMIT : best.length());
            if (cycle != null) {
                shortest.put(component, cycle);
            }
            spent.put(component, already + paths.work() - before);
        }
    }

    /** The shortest cycle that begins at {@code node} with an edge of {@code required}, if shorter than {@code limit}. */
    private @Nullable Cycle through(int node, View back, View within, int[] byState, int required, int limit) {
        Cycle best = null;
        boolean isRw = (required & DependencyGraph.ANY_RW) != 0;
        for (int edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
            int next = within.reached(graph.target[edge], graph.kind(edge));
            if ((graph.kind(edge) & required) == 0 || byState[next] < 0 || byState[next] != byState[node * 2]) {
                continue;
            }
            int length = best == null ? limit : best.length();
            var way = paths.shortest(back, next, node, isRw, length == NO_LIMIT ? NO_LIMIT : length - 2);
            if (way != null) {
                best = Cycle.of(graph, node, join(edge, way));
            }
        }
        return best;
    }

    private static List<Integer> join(int first, List<Integer> rest) {
        Integer[] edges = new Integer[rest.size() + 1];
        edges[0] = first;
        for (int i = 0; i < rest.size(); i++) {
            edges[i + 1] = rest.get(i);
        }
        return Arrays.asList(edges);
    }
}
