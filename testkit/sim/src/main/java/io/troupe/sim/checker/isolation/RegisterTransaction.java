package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import io.troupe.sim.checker.input.Values;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one transaction over registers shows by itself, and of the writers it read. */
final class RegisterTransaction {

    private final Txn txn;
    /** What it read first, of keys it had not written yet; NIL for nothing. */
    final Map<Object, Object> reads = new LinkedHashMap<>();
    /** What it wrote last. */
    final Map<Object, Object> writes = new LinkedHashMap<>();

    RegisterTransaction(Txn txn) {
        this.txn = txn;
        for (var op : txn.ops()) {
            if (op instanceof Txn.Write write) {
                writes.put(write.key(), write.value());
            } else if (op instanceof Txn.Read read && txn.isCommitted() && !writes.containsKey(read.key())) {
                reads.putIfAbsent(read.key(), Values.orNil(read.value()));
            }
        }
    }

    Txn txn() {
        return txn;
    }

    void check(Writers writers, Findings findings) {
        Map<Object, Object> expected = new LinkedHashMap<>();
        boolean consistent = true;
        for (var op : txn.ops()) {
            Object value = op instanceof Txn.Write write ? write.value() : Values.orNil(((Txn.Read) op).value());
            Object must = expected.put(op.key(), value);
            if (op instanceof Txn.Read) {
                if (must != null && !must.equals(value) && consistent) {
                    consistent = false;
                    var names = new Names();
                    names.say(names.of(txn) + " read " + show(op.key()) + " = " + show(value)
                            + ", where by its own reads and writes it had to read " + show(must));
                    findings.add(AnomalyKind.INTERNAL, names.transactions(), names.explanation());
                }
                checkWriter(op.key(), value, writers, findings);
            }
        }
    }

    private void checkWriter(Object key, Object value, Writers writers, Findings findings) {
        if (Values.isNil(value)) {
            return;
        }
        var names = new Names();
        var writer = writers.of(key, value);
        if (writer != null) {
            Object last = null;
            for (var op : writer.ops()) {
                last = op instanceof Txn.Write write && write.key().equals(key) ? write.value() : last;
            }
            if (writer.id() != txn.id() && !value.equals(last)) {
                names.say(names.of(txn) + " read " + show(key) + " = " + show(value) + ", which " + names.of(writer)
                        + " wrote over with " + show(last));
                findings.add(AnomalyKind.G1B, names.transactions(), names.explanation());
            }
            return;
        }
        var aborted = writers.aborted(key, value);
        if (aborted != null) {
            names.say(names.of(txn) + " read " + show(key) + " = " + show(value) + ", which " + names.of(aborted)
                    + " wrote; it aborted");
            findings.add(AnomalyKind.G1A, names.transactions(), names.explanation());
        } else {
            findings.remark(show(key) + " = " + show(value) + " was read and written by nobody; taken as a value that "
                    + "the key had before (" + txn + ")");
        }
    }
}
