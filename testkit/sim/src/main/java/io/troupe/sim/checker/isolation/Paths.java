package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shortest ways between transactions, counted in dependencies: what runs through joints counts once. */
final class Paths {

    private final int[] reachedBy;
    private final int[] reachedFrom;
    private final int[] distance;
    private final int[] round;
    private final boolean[] done;
    private final int[] deque;
    private int now;
    private long work;

    Paths(DependencyGraph graph) {
        int states = graph.nodes() * 2;
        reachedBy = new int[states];
        reachedFrom = new int[states];
        distance = new int[states];
        round = new int[states];
        done = new boolean[states];
        deque = new int[4 * states + 16]; // Every state enters at most twice, at either end.
    }

    /** Edges looked at so far. */
    long work() {
        return work;
    }

    /**
     * The edges of a shortest way.
     *
     * @param from a state, see {@link View#reached}
     * @param to a node
     * @param startedWithRw whether the cycle that this way closes begins with an anti-dependency, so that, where those
     *     may not be adjacent, the way must not end with one
     * @param lengthMax longer ways are not of interest
     */
    @Nullable List<Integer> shortest(View view, int from, int to, boolean startedWithRw, int lengthMax) {
        now++;
        int middle = deque.length / 2;
        int head = middle;
        int tail = middle;
        deque[tail++] = from;
        round[from] = now;
        distance[from] = 0;
        done[from] = false;
        reachedBy[from] = -1;
        while (head < tail) {
            int state = deque[head++];
            if (round[state] != now || done[state]) {
                continue;
            }
            done[state] = true;
            if (View.node(state) == to && !(startedWithRw && (state & 1) == 1)) {
                return edges(state);
            }
            boolean joint = view.graph().isJoint(View.node(state));
            for (int edge = view.firstEdge(state); edge < view.endEdge(state); edge++) {
                work++;
                int next = view.follow(state, edge);
                if (next < 0) {
                    continue;
                }
                int length = distance[state] + (joint ? 0 : 1);
                if (length > lengthMax || (round[next] == now && (done[next] || distance[next] <= length))) {
                    continue;
                }
                round[next] = now;
                done[next] = false;
                distance[next] = length;
                reachedBy[next] = edge;
                reachedFrom[next] = state;
                if (joint) {
                    deque[--head] = next;
                } else {
                    deque[tail++] = next;
                }
            }
        }
        return null;
    }

    private List<Integer> edges(int end) {
        List<Integer> edges = new ArrayList<>();
        for (int state = end; reachedBy[state] >= 0; state = reachedFrom[state]) {
            edges.add(reachedBy[state]);
        }
        Collections.reverse(edges);
        return edges;
    }
}
