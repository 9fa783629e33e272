package io.troupe.sim.checker.isolation;

/**
 * A part of a {@link DependencyGraph}: some kinds of edges among some nodes. Each node counts twice: as itself, and as
 * itself reached by an anti-dependency, from where no second one may follow unless anti-dependencies may be adjacent.
 * Cerone and Gotsman's condition for snapshot isolation, that no cycle has all its anti-dependencies apart, is then the
 * absence of cycles here.
 */
final class View {

    private final DependencyGraph graph;
    private final int kinds;
    private final boolean rwMayBeAdjacent;
    private final int[] componentOf;
    private final int component;

    /**
     * @param componentOf node by node, the number of its component; only nodes of {@code component} are seen, or all
     *     with one when it is {@link Components#ANY}
     */
    View(DependencyGraph graph, int kinds, boolean rwMayBeAdjacent, int[] componentOf, int component) {
        this.graph = graph;
        this.kinds = kinds | DependencyGraph.REST;
        this.rwMayBeAdjacent = rwMayBeAdjacent;
        this.componentOf = componentOf;
        this.component = component;
    }

    DependencyGraph graph() {
        return graph;
    }

    /** The same without some kinds, for the way back of a cycle. */
    View without(int excluded) {
        return new View(graph, kinds & ~excluded, rwMayBeAdjacent, componentOf, component);
    }

    int states() {
        return graph.nodes() * 2;
    }

    static int node(int state) {
        return state >> 1;
    }

    /** {@code node}, reached by an edge of {@code kind}. */
    int reached(int node, int kind) {
        return !rwMayBeAdjacent && (kind & DependencyGraph.ANY_RW) != 0 ? node * 2 + 1 : node * 2;
    }

    boolean sees(int node) {
        int own = componentOf[node];
        return component == Components.ANY ? own >= 0 : own == component;
    }

    int firstEdge(int state) {
        return graph.firstEdge[node(state)];
    }

    int endEdge(int state) {
        return graph.firstEdge[node(state) + 1];
    }

    /** Where {@code edge} leads from {@code state}; -1 when it may not be taken. */
    int follow(int state, int edge) {
        int kind = graph.kind(edge);
        int to = graph.target[edge];
        if ((kind & kinds) == 0 || !sees(to)) {
            return -1;
        }
        if (kind == DependencyGraph.REST) {
            return to * 2 + (state & 1);
        }
        boolean isRw = (kind & DependencyGraph.ANY_RW) != 0;
        if (isRw && !rwMayBeAdjacent && (state & 1) == 1) {
            return -1;
        }
        return reached(to, kind);
    }
}
