package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one transaction over lists shows by itself, and of the writers it read. */
final class ListTransaction {

    private final Txn txn;
    private final Writers writers;
    private final Findings findings;
    /** By key, what a next read must show: all of it, or, when nothing was read before, how it must end. */
    private final Map<Object, List<Object>> expected = new HashMap<>();

    private final Set<Object> wholeIsKnown = new HashSet<>();
    private final Map<Object, Set<Object>> readBefore = new HashMap<>();

    ListTransaction(Txn txn, Writers writers, Findings findings) {
        this.txn = txn;
        this.writers = writers;
        this.findings = findings;
    }

    void check() {
        boolean consistent = true;
        for (var op : txn.ops()) {
            if (op instanceof Txn.Write write) {
                if (readBefore.getOrDefault(write.key(), Set.of()).contains(write.value())) {
                    add(
                            AnomalyKind.FUTURE_READ,
                            "T1 read " + show(write.value()) + " in " + show(write.key())
                                    + " before it appended that itself");
                }
                expected.computeIfAbsent(write.key(), any -> new ArrayList<>()).add(write.value());
            } else if (op instanceof Txn.Read read) {
                var list = ListAppend.elements(read.value());
                consistent = consistent && isInternallyConsistent(read, list);
                checkElements(read, list);
            }
        }
    }

    private boolean isInternallyConsistent(Txn.Read read, List<?> list) {
        var must = expected.get(read.key());
        boolean whole = wholeIsKnown.contains(read.key());
        boolean is = must == null
                || (whole
                        ? list.equals(must)
                        : list.size() >= must.size()
                                && list.subList(list.size() - must.size(), list.size())
                                        .equals(must));
        if (!is) {
            add(
                    AnomalyKind.INTERNAL,
                    "T1 read " + show(read.key()) + " = " + show(list)
                            + ", where by its own reads and appends it had to read "
                            + (whole ? "" : "something that ends with ") + show(must));
        }
        expected.put(read.key(), new ArrayList<>(list));
        wholeIsKnown.add(read.key());
        return is;
    }

    private void checkElements(Txn.Read read, List<?> list) {
        Set<Object> seen = new HashSet<>();
        var before = readBefore.computeIfAbsent(read.key(), any -> new HashSet<>());
        for (Object element : list) {
            if (!seen.add(element)) {
                add(
                        AnomalyKind.DUPLICATE_ELEMENTS,
                        "T1 read " + show(read.key()) + " = " + show(list) + ", where " + show(element)
                                + " stands twice");
            }
            before.add(element);
            if (writers.of(read.key(), element) == null) {
                checkWriterless(read, element);
            }
        }
        if (!list.isEmpty()) {
            checkLast(read, list.get(list.size() - 1));
        }
    }

    private void checkWriterless(Txn.Read read, Object element) {
        var aborted = writers.aborted(read.key(), element);
        if (aborted == null) {
            add(
                    AnomalyKind.GARBAGE_READ,
                    "T1 read " + show(element) + " in " + show(read.key()) + ", which no transaction appended");
            return;
        }
        var names = new Names();
        names.say(names.of(txn) + " read " + show(element) + " in " + show(read.key()) + ", which " + names.of(aborted)
                + " appended; it aborted");
        findings.add(AnomalyKind.G1A, names.transactions(), names.explanation());
    }

    private void checkLast(Txn.Read read, Object element) {
        var writer = writers.of(read.key(), element);
        if (writer == null || writer.id() == txn.id()) {
            return;
        }
        boolean passed = false;
        for (var op : writer.ops()) {
            if (op instanceof Txn.Write write && write.key().equals(read.key())) {
                if (passed) {
                    var names = new Names();
                    names.say(names.of(txn) + " read " + show(read.key()) + " up to " + show(element) + ", and "
                            + names.of(writer) + " appended " + show(write.value()) + " after that");
                    findings.add(AnomalyKind.G1B, names.transactions(), names.explanation());
                    return;
                }
                passed = write.value().equals(element);
            }
        }
    }

    private void add(AnomalyKind kind, String why) {
        var names = new Names();
        names.of(txn);
        names.say(why);
        findings.add(kind, names.transactions(), names.explanation());
    }
}
