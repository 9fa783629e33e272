package io.troupe.sim.checker.isolation;

import io.troupe.sim.checker.isolation.DependencyGraph.Why;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cycle of transactions, each before the next, and the last before the first. */
record Cycle(List<Step> steps) {

    /** {@code from} comes before {@code to}, for a reason of {@code kind}. */
    record Step(int from, int to, int kind, @Nullable Why why) {
        boolean isRw() {
            return (kind & DependencyGraph.ANY_RW) != 0;
        }
    }

    /** Joints are taken out: a way through them is one step. Loops within the cycle are cut off. */
    static Cycle of(DependencyGraph graph, int start, List<Integer> edges) {
        List<Step> steps = new ArrayList<>();
        int at = start;
        int kind = 0;
        Why why = null;
        for (int edge : edges) {
            if (graph.kind(edge) != DependencyGraph.REST) {
                kind = graph.kind(edge);
                why = graph.why(edge);
            }
            int to = graph.target[edge];
            if (!graph.isJoint(to)) {
                steps.add(new Step(at, to, kind, why));
                at = to;
            }
        }
        return new Cycle(simple(steps));
    }

    private static List<Step> simple(List<Step> steps) {
        for (int length = 1; length < steps.size(); length++) {
            for (int begin = 0; begin + length <= steps.size(); begin++) {
                if (steps.get(begin + length - 1).to() == steps.get(begin).from()) {
                    return List.copyOf(steps.subList(begin, begin + length));
                }
            }
        }
        return List.copyOf(steps);
    }

    int length() {
        return steps.size();
    }

    /** Whether there is one anti-dependency alone. */
    boolean isSingle() {
        return steps.stream().filter(Step::isRw).count() == 1;
    }

    /** By Adya's definitions, with Elle's suffixes for what rests on the order of sessions or of real time too. */
    AnomalyKind kind() {
        long rw = steps.stream().filter(Step::isRw).count();
        boolean adjacent = false;
        int kinds = 0;
        for (int i = 0; i < steps.size(); i++) {
            kinds |= steps.get(i).kind();
            adjacent |= steps.get(i).isRw() && steps.get((i + 1) % steps.size()).isRw();
        }
        boolean realtime =
                (kinds & (DependencyGraph.REALTIME | DependencyGraph.WW_REALTIME | DependencyGraph.RW_REALTIME)) != 0;
        int variant = realtime ? 2 : (kinds & DependencyGraph.PROCESS) != 0 ? 1 : 0;
        AnomalyKind[] named;
        if (rw == 1) {
            named = new AnomalyKind[] {AnomalyKind.G_SINGLE, AnomalyKind.G_SINGLE_PROCESS, AnomalyKind.G_SINGLE_REALTIME
            };
        } else if (rw > 1 && !adjacent) {
            named = new AnomalyKind[] {
                AnomalyKind.G_NONADJACENT, AnomalyKind.G_NONADJACENT_PROCESS, AnomalyKind.G_NONADJACENT_REALTIME
            };
        } else if (rw > 1) {
            named = new AnomalyKind[] {AnomalyKind.G2_ITEM, AnomalyKind.G2_ITEM_PROCESS, AnomalyKind.G2_ITEM_REALTIME};
        } else if ((kinds & DependencyGraph.WR) != 0) {
            named = new AnomalyKind[] {AnomalyKind.G1C, AnomalyKind.G1C_PROCESS, AnomalyKind.G1C_REALTIME};
        } else {
            named = new AnomalyKind[] {AnomalyKind.G0, AnomalyKind.G0_PROCESS, AnomalyKind.G0_REALTIME};
        }
        return named[variant];
    }
}
