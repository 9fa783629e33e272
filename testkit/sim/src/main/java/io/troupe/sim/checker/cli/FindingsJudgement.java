package io.troupe.sim.checker.cli;

import io.troupe.sim.checker.input.Call;
import io.troupe.sim.checker.log.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a judgement of findings, whose events are ids of calls. */
final class FindingsJudgement {

    private static final int SHOWN_OF_A_KIND_MAX = 3;

    private FindingsJudgement() {}

    static Judgement of(String what, List<Call> calls, List<Finding> findings) {
        Map<String, List<Finding>> byName = new LinkedHashMap<>();
        findings.forEach(finding ->
                byName.computeIfAbsent(finding.name(), any -> new ArrayList<>()).add(finding));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("operations", calls.size());
        facts.put("anomaly-types", List.copyOf(byName.keySet()));
        Map<String, Object> anomalies = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        byName.forEach((name, all) -> {
            anomalies.put(name, all.stream().map(Finding::why).toList());
            lines.add(name + (all.size() > 1 ? " (" + all.size() + " times)" : "") + ":");
            for (var finding : all.subList(0, Math.min(all.size(), SHOWN_OF_A_KIND_MAX))) {
                lines.add("  " + finding.why());
                finding.events().forEach(id -> lines.add("    " + calls.get(id)));
            }
        });
        facts.put("anomalies", anomalies);
        return findings.isEmpty()
                ? new Judgement(Judgement.Answer.VALID, what, lines, facts)
                : new Judgement(
                        Judgement.Answer.INVALID, what + ", " + String.join(", ", byName.keySet()), lines, facts);
    }
}
