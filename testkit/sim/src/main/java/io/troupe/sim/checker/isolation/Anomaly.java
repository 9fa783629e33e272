package io.troupe.sim.checker.isolation;

import java.util.List;

/**
 * One anomaly.
 *
 * @param transactions those involved; of a cycle, in its order
 * @param explanation lines for a reader, in which the transactions are called T1, T2, … in order
 */
public record Anomaly(AnomalyKind kind, List<Txn> transactions, List<String> explanation) {

    public Anomaly {
        transactions = List.copyOf(transactions);
        explanation = List.copyOf(explanation);
    }
}
