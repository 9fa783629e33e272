package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The orders that clients know of themselves: what one session did in turn, and what had ended before another began.
 * Real time is a chain of joints, one for each completion, that a transaction enters when it completes and leaves when it
 * begins: three edges a transaction, however many run at once and however long.
 */
final class TimeOrder {

    private TimeOrder() {}

    static void addTo(DependencyGraph.Builder graph, List<Txn> transactions) {
        addSessions(graph, transactions);
        addRealtime(graph, transactions);
    }

    private static boolean mayHaveHappened(Txn txn) {
        return txn.status() != Txn.Status.ABORTED;
    }

    private static void addSessions(DependencyGraph.Builder graph, List<Txn> transactions) {
        Map<Integer, Txn> last = new HashMap<>();
        for (var txn : transactions) {
            if (txn.status() == Txn.Status.ABORTED) {
                continue;
            }
            var before = last.get(txn.process());
            if (before != null && before.completedAt() < Math.max(txn.invokedAt(), 0)) {
                graph.add(before.id(), txn.id(), DependencyGraph.PROCESS, null);
            }
            if (txn.isCommitted()) {
                last.put(txn.process(), txn);
            }
        }
    }

    private static void addRealtime(DependencyGraph.Builder graph, List<Txn> transactions) {
        List<Txn> completed = new ArrayList<>();
        List<Txn> invoked = new ArrayList<>();
        for (var txn : transactions) {
            if (txn.isCommitted()) {
                completed.add(txn);
            }
            if (mayHaveHappened(txn) && txn.invokedAt() >= 0) {
                invoked.add(txn);
            }
        }
        completed.sort(Comparator.comparingLong(Txn::completedAt));
        invoked.sort(Comparator.comparingLong(Txn::invokedAt));
        int done = 0;
        int joint = -1;
        for (var txn : invoked) {
            while (done < completed.size() && completed.get(done).completedAt() < txn.invokedAt()) {
                int next = graph.newJoint();
                if (joint >= 0) {
                    graph.add(joint, next, DependencyGraph.REST, null);
                }
                joint = next;
                graph.add(completed.get(done++).id(), joint, DependencyGraph.REALTIME, null);
            }
            if (joint >= 0) {
                graph.add(joint, txn.id(), DependencyGraph.REST, null);
            }
        }
    }
}
