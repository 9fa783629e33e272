package io.troupe.bench.demo;

import io.troupe.sim.checker.Outcome;
import io.troupe.sim.checker.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The table at the end. */
record DemoReport(Load.Record load, List<FaultScript.Fault> faults, Verification verification) {

    private static final int LOST_SHOWN_MAX = 10;

    void print(PrintWriter out) {
        var availability = load.availability();
        out.println();
        row(out, "operations", String.format(Locale.ROOT, "%,d", load.attemptedCount()));
        row(out, "acknowledged", String.format(Locale.ROOT, "%,d", availability.count()));
        row(
                out,
                "not acknowledged",
                String.format(
                        Locale.ROOT,
                        "%,d (refused or of unknown outcome, as their clients were told)",
                        load.attemptedCount() - availability.count()));
        row(out, "lost", lost());
        faults.forEach(fault -> row(
                out,
                "no answer for",
                String.format(Locale.ROOT, "%.2f s after %s", fault.silence().toMillis() / 1e3, fault.what())));
        row(
                out,
                "longest unavailability",
                String.format(Locale.ROOT, "%.2f s", availability.longestGap().toMillis() / 1e3));
        row(out, "linearizable", linearizable());
        load.failures()
                .forEach((why, count) ->
                        row(out, "clients were told", String.format(Locale.ROOT, "%,d × %s", count, why)));
        out.println();
        if (verification.registers() instanceof Verdict.Invalid invalid) {
            out.println(invalid);
        }
        out.println(verification.isGood() ? "Nothing was lost." : "FAILED: see above.");
        out.flush();
    }

    private String lost() {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d of %,d keys",
                verification.lostCount(),
                load.acknowledgedKeys().size()));
        verification.lost().forEach((endpoint, keys) -> {
            if (!keys.isEmpty()) {
                text.append("; ")
                        .append(endpoint)
                        .append(" lacks ")
                        .append(keys.size())
                        .append(" such as ");
                text.append(keys.subList(0, Math.min(keys.size(), LOST_SHOWN_MAX)));
            }
        });
        return text.toString();
    }

    private String linearizable() {
        var history = load.registerHistory();
        String judged = String.format(
                Locale.ROOT,
                "%,d operations on %d registers, %,d of unknown outcome",
                history.size(),
                Load.REGISTERS,
                history.count(Outcome.UNKNOWN));
        var verdict = verification.registers();
        if (verdict instanceof Verdict.Unknown unknown) {
            return "unknown: " + unknown.why() + " (" + judged + ")";
        }
        return (verdict.isValid() ? "yes" : "NO") + " (" + judged + ")";
    }

    private static void row(PrintWriter out, String name, String value) {
        out.printf("  %-24s %s%n", name, value);
    }
}
