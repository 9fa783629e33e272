package io.troupe.sim.checker.isolation;

import java.util.Arrays;

/** Strongly connected components (Tarjan, <em>Depth-first search and linear graph algorithms</em>, 1972), iteratively. */
final class Components {

    /** In a view: every node that has a component. */
    static final int ANY = -2;

    /** A node or state that lies on no cycle. */
    static final int NONE = -1;

    private final View view;
    private final int[] order;
    private final int[] low;
    private final int[] found;
    private final int[] edge;
    private final int[] path;
    private final int[] stack;
    private int pathSize;
    private int stackSize;
    private int clock;
    private int count;

    private Components(View view) {
        this.view = view;
        int states = view.states();
        order = new int[states];
        low = new int[states];
        found = new int[states];
        edge = new int[states];
        path = new int[states];
        stack = new int[states];
        Arrays.fill(found, NONE);
    }

    /**
     * State by state of {@code view}, the number of its component, from 0; {@link #NONE} for states on no cycle.
     */
    static int[] of(View view) {
        var search = new Components(view);
        for (int state = 0; state < view.states(); state++) {
            if (search.order[state] == 0 && view.sees(View.node(state))) {
                search.from(state);
            }
        }
        return search.found;
    }

    /** The same by node. A node both of whose states lie on cycles is in the component of either. */
    static int[] byNode(int[] byState) {
        int[] byNode = new int[byState.length / 2];
        for (int node = 0; node < byNode.length; node++) {
            byNode[node] = Math.max(byState[node * 2], byState[node * 2 + 1]);
        }
        return byNode;
    }

    private void from(int root) {
        enter(root);
        while (pathSize > 0) {
            int state = path[pathSize - 1];
            if (edge[state] < view.endEdge(state)) {
                int next = view.follow(state, edge[state]++);
                if (next < 0) {
                    continue;
                }
                if (order[next] == 0) {
                    enter(next);
                } else if (order[next] > 0) {
                    low[state] = Math.min(low[state], order[next]);
                }
                continue;
            }
            pathSize--;
            if (pathSize > 0) {
                int parent = path[pathSize - 1];
                low[parent] = Math.min(low[parent], low[state]);
            }
            if (low[state] == order[state]) {
                close(state);
            }
        }
    }

    private void enter(int state) {
        order[state] = ++clock;
        low[state] = clock;
        edge[state] = view.firstEdge(state);
        path[pathSize++] = state;
        stack[stackSize++] = state;
    }

    /** Everything above {@code root} on the stack is one component. A single state is no cycle: no edge is a loop. */
    private void close(int root) {
        boolean single = stack[stackSize - 1] == root;
        int state;
        do {
            state = stack[--stackSize];
            found[state] = single ? NONE : count;
            order[state] = -order[state];
        } while (state != root);
        if (!single) {
            count++;
        }
    }
}
