package io.troupe.sim.checker.isolation;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was found.
 *
 * @param anomalies by kind, worst kind first; of each kind at most a few, the smallest first
 * @param counts how many of each kind there were
 * @param remarks what is worth knowing and no anomaly
 * @param undecided why the search did not end; empty when it did
 */
public record IsolationVerdict(
        Map<AnomalyKind, List<Anomaly>> anomalies,
        Map<AnomalyKind, Integer> counts,
        List<String> remarks,
        Optional<String> undecided) {

    /** The levels that this history surely does not have. */
    public Set<IsolationLevel> violated() {
        var violated = EnumSet.noneOf(IsolationLevel.class);
        anomalies.keySet().forEach(kind -> violated.addAll(kind.violated()));
        return violated;
    }

    /** The strongest levels that nothing found contradicts. */
    public Set<IsolationLevel> strongestLeft() {
        return IsolationLevel.strongest(EnumSet.complementOf(EnumSet.copyOf(violated())));
    }

    /** Whether {@code level} may have held; empty when that is not decided. */
    public Optional<Boolean> holds(IsolationLevel level) {
        if (violated().contains(level)) {
            return Optional.of(false);
        }
        return undecided.isPresent() ? Optional.empty() : Optional.of(true);
    }
}
