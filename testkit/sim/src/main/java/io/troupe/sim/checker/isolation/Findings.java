package io.troupe.sim.checker.isolation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects anomalies: all are counted, a few of each kind are kept. */
final class Findings {

    private static final int KEPT_OF_A_KIND_MAX = 8;

    private final Map<AnomalyKind, List<Anomaly>> anomalies = new EnumMap<>(AnomalyKind.class);
    private final Map<AnomalyKind, Integer> counts = new EnumMap<>(AnomalyKind.class);
    private final List<String> remarks = new ArrayList<>();
    private Optional<String> undecided = Optional.empty();

    void add(AnomalyKind kind, List<Txn> transactions, List<String> explanation) {
        counts.merge(kind, 1, Integer::sum);
        var kept = anomalies.computeIfAbsent(kind, any -> new ArrayList<>());
        kept.add(new Anomaly(kind, transactions, explanation));
        kept.sort(Comparator.comparingInt(anomaly -> anomaly.transactions().size()));
        if (kept.size() > KEPT_OF_A_KIND_MAX) {
            kept.remove(kept.size() - 1);
        }
    }

    void remark(String remark) {
        if (remarks.size() < KEPT_OF_A_KIND_MAX) {
            remarks.add(remark);
        }
    }

    void undecided(String why) {
        undecided = Optional.of(why);
    }

    boolean isEmpty() {
        return anomalies.isEmpty();
    }

    IsolationVerdict verdict() {
        return new IsolationVerdict(anomalies, counts, List.copyOf(remarks), undecided);
    }
}
