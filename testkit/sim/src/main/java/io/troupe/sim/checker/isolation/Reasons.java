package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import java.util.List;

/** Tells a cycle in words. */
final class Reasons {

    private final List<Txn> transactions;
    private final boolean lists;

    Reasons(List<Txn> transactions, boolean lists) {
        this.transactions = transactions;
        this.lists = lists;
    }

    void add(Cycle cycle, Findings findings) {
        var names = new Names();
        cycle.steps().forEach(step -> names.of(transactions.get(step.from())));
        for (int i = 0; i < cycle.length(); i++) {
            var step = cycle.steps().get(i);
            String from = names.of(transactions.get(step.from()));
            String to = names.of(transactions.get(step.to()));
            String but = i + 1 == cycle.length() ? "but " : "";
            names.say(but + from + " < " + to + " (" + label(step) + "), because " + why(step, from, to)
                    + (but.isEmpty() ? "" : ": a contradiction"));
        }
        findings.add(cycle.kind(), names.transactions(), names.explanation());
    }

    private static String label(Cycle.Step step) {
        return switch (step.kind()) {
            case DependencyGraph.WW, DependencyGraph.WW_REALTIME -> "ww";
            case DependencyGraph.WR -> "wr";
            case DependencyGraph.RW, DependencyGraph.RW_REALTIME -> "rw";
            case DependencyGraph.PROCESS -> "process";
            default -> "realtime";
        };
    }

    private String why(Cycle.Step step, String from, String to) {
        if (step.kind() == DependencyGraph.PROCESS) {
            return "the same process did " + from + " before " + to;
        }
        var why = step.why();
        if (why == null) {
            return from + " had completed in line order before " + to + " was invoked";
        }
        String key = show(why.key());
        boolean bySight = (step.kind() & (DependencyGraph.WW_REALTIME | DependencyGraph.RW_REALTIME)) != 0;
        String order = bySight ? " (known from real time)" : "";
        Object next = why.to() == null ? writtenBy(step.to(), why.key()) : why.to();
        return switch (step.kind()) {
            case DependencyGraph.WR ->
                lists
                        ? to + " observed " + from + "'s append of " + show(why.from()) + " to " + key
                        : to + " read " + key + " = " + show(why.from()) + ", which " + from + " wrote";
            case DependencyGraph.WW, DependencyGraph.WW_REALTIME ->
                lists
                        ? to + " appended " + show(next) + " after " + from + " appended " + show(why.from()) + " to "
                                + key
                        : to + " wrote " + key + " = " + show(next) + ", which came after " + show(why.from()) + " of "
                                + from + order;
            default ->
                lists
                        ? (why.from() == null
                                ? from + " observed the initial, empty state of " + key + ", to which " + to
                                        + " appended " + show(next)
                                : from + " did not observe " + to + "'s append of " + show(next) + " to " + key)
                        : from + " read " + key + " = " + show(why.from()) + ", and " + to + " wrote " + show(next)
                                + ", which came after that" + order;
        };
    }

    /** For a dependency on whatever was written next: the first write of that key. */
    private Object writtenBy(int txn, Object key) {
        for (var op : transactions.get(txn).ops()) {
            if (op instanceof Txn.Write write && write.key().equals(key)) {
                return write.value();
            }
        }
        return "?";
    }
}
