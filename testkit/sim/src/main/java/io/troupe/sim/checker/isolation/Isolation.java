package io.troupe.sim.checker.isolation;

import io.troupe.sim.checker.Limits;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Judges what transactions saw.
 *
 * <pre>{@code
 * var verdict = Isolation.listAppend(transactions, Limits.within(ofSeconds(30)));
 * assertThat(verdict.holds(IsolationLevel.SERIALIZABLE)).contains(true);
 * }</pre>
 */
public final class Isolation {

    private Isolation() {}

    /** Transactions that append to lists and read lists. {@code transactions.get(i).id()} is {@code i}. */
    public static IsolationVerdict listAppend(List<Txn> transactions, Limits limits) {
        var findings = new Findings();
        return judge(transactions, limits, findings, true, (all, writers) -> new ListAppend(all, writers, findings));
    }

    /** Transactions that write and read registers. {@code transactions.get(i).id()} is {@code i}. */
    public static IsolationVerdict rwRegister(List<Txn> transactions, Limits limits) {
        var findings = new Findings();
        return judge(transactions, limits, findings, false, (all, writers) -> new RwRegister(all, writers, findings));
    }

    private static IsolationVerdict judge(
            List<Txn> transactions,
            Limits limits,
            Findings findings,
            boolean lists,
            BiFunction<List<Txn>, Writers, Workload> workloads) {
        for (int i = 0; i < transactions.size(); i++) {
            if (transactions.get(i).id() != i) {
                throw new IllegalArgumentException(
                        "transaction " + i + " has id " + transactions.get(i).id());
            }
        }
        long startedNanos = System.nanoTime();
        var writers = new Writers(transactions);
        var ambiguity = writers.ambiguity();
        if (ambiguity != null) {
            findings.undecided(ambiguity);
            return findings.verdict();
        }
        var workload = workloads.apply(transactions, writers);
        workload.analyze();
        var builder = new DependencyGraph.Builder(transactions.size());
        workload.addTo(builder);
        TimeOrder.addTo(builder, transactions);
        var reasons = new Reasons(transactions, lists);
        boolean complete = new CycleSearch(
                        builder.build(),
                        cycle -> reasons.add(cycle, findings),
                        () -> System.nanoTime() - startedNanos > limits.time().toNanos())
                .run();
        workload.conclude();
        if (!complete) {
            findings.undecided("the search for cycles did not end within " + limits.time());
        }
        return findings.verdict();
    }
}
