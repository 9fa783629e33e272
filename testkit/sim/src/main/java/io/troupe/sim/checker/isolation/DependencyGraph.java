package io.troupe.sim.checker.isolation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who must come before whom, and why. Nodes are transactions, by id, and <em>joints</em>: nodes of no transaction that
 * stand for many edges (a hundred readers before fifty writers are 150 edges through joints, not 5,000). A way from one
 * transaction through joints to the next is one dependency, of the kind of its first edge.
 */
final class DependencyGraph {

    /** T2 overwrote what T1 wrote. */
    static final int WW = 1;
    /** T2 read what T1 wrote. */
    static final int WR = 2;
    /** T2 overwrote what T1 read. */
    static final int RW = 4;
    /** T2 came after T1 in the same session. */
    static final int PROCESS = 8;
    /** T2 began after T1 had ended. */
    static final int REALTIME = 16;
    /** As WW and RW, where the order of versions is known from real time alone. */
    static final int WW_REALTIME = 32;

    static final int RW_REALTIME = 64;
    /** The rest of the way through joints: of the kind that the way began with. */
    static final int REST = 128;

    static final int ANY_RW = RW | RW_REALTIME;

    /** What an edge rests on: a key, and the versions at either end. */
    record Why(Object key, @Nullable Object from, @Nullable Object to) {}

    private final int transactions;
    private final int nodes;
    final int[] firstEdge;
    final int[] target;
    final byte[] kind;
    private final @Nullable Why[] why;

    private DependencyGraph(
            int transactions, int nodes, int[] firstEdge, int[] target, byte[] kind, @Nullable Why[] why) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.firstEdge = firstEdge;
        this.target = target;
        this.kind = kind;
        this.why = why;
    }

    int nodes() {
        return nodes;
    }

    int edges() {
        return target.length;
    }

    boolean isJoint(int node) {
        return node >= transactions;
    }

    int kind(int edge) {
        return kind[edge] & 0xff;
    }

    @Nullable Why why(int edge) {
        return why[edge];
    }

    static final class Builder {
        private final int transactions;
        private int nodes;
        private int size;
        private int[] from = new int[1024];
        private int[] to = new int[1024];
        private byte[] kind = new byte[1024];
        private @Nullable Why[] why = new Why[1024];

        Builder(int transactions) {
            this.transactions = transactions;
            this.nodes = transactions;
        }

        int newJoint() {
            return nodes++;
        }

        /** An edge of a transaction to itself says nothing and is left out. */
        void add(int fromNode, int toNode, int edgeKind, @Nullable Why reason) {
            if (fromNode == toNode) {
                return;
            }
            if (size == from.length) {
                from = Arrays.copyOf(from, size * 2);
                to = Arrays.copyOf(to, size * 2);
                kind = Arrays.copyOf(kind, size * 2);
                why = Arrays.copyOf(why, size * 2);
            }
            from[size] = fromNode;
            to[size] = toNode;
            kind[size] = (byte) edgeKind;
            why[size++] = reason;
        }

        /**
         * From each of {@code sources} to each of {@code targets}, itself excepted, in a number of edges that is linear
         * in theirs: a chain of joints reaches all targets up to one, another all from one on.
         */
        void addAll(List<Integer> sources, List<Integer> targets, int edgeKind, Why reason) {
            long direct = (long) sources.size() * targets.size();
            if (direct <= 4L * (sources.size() + targets.size())) {
                sources.forEach(source -> targets.forEach(one -> add(source, one, edgeKind, reason)));
                return;
            }
            int count = targets.size();
            int[] upTo = new int[count];
            int[] fromOn = new int[count];
            for (int i = 0; i < count; i++) {
                upTo[i] = newJoint();
                fromOn[i] = newJoint();
            }
            for (int i = 0; i < count; i++) {
                add(upTo[i], targets.get(i), REST, null);
                add(fromOn[i], targets.get(i), REST, null);
                if (i > 0) {
                    add(upTo[i], upTo[i - 1], REST, null);
                    add(fromOn[i - 1], fromOn[i], REST, null);
                }
            }
            Map<Integer, Integer> places = new HashMap<>();
            for (int i = 0; i < count; i++) {
                places.put(targets.get(i), i);
            }
            for (int source : sources) {
                int own = places.getOrDefault(source, -1);
                if (own < 0) {
                    add(source, fromOn[0], edgeKind, reason);
                    continue;
                }
                if (own > 0) {
                    add(source, upTo[own - 1], edgeKind, reason);
                }
                if (own + 1 < count) {
                    add(source, fromOn[own + 1], edgeKind, reason);
                }
            }
        }

        DependencyGraph build() {
            int[] first = new int[nodes + 1];
            for (int i = 0; i < size; i++) {
                first[from[i] + 1]++;
            }
            for (int node = 0; node < nodes; node++) {
                first[node + 1] += first[node];
            }
            int[] place = Arrays.copyOf(first, nodes);
            int[] target = new int[size];
            byte[] kinds = new byte[size];
            @Nullable Why[] reasons = new Why[size];
            for (int i = 0; i < size; i++) {
                int at = place[from[i]]++;
                target[at] = to[i];
                kinds[at] = kind[i];
                reasons[at] = why[i];
            }
            return new DependencyGraph(transactions, nodes, first, target, kinds, reasons);
        }
    }
}
