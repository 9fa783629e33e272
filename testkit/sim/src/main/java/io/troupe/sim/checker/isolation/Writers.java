package io.troupe.sim.checker.isolation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who wrote which version of which key. */
final class Writers {

    private final Map<Object, Map<Object, Txn>> alive = new HashMap<>();
    private final Map<Object, Map<Object, Txn>> aborted = new HashMap<>();
    private final boolean[] happened;
    private @Nullable String ambiguity;

    Writers(List<Txn> transactions) {
        happened = new boolean[transactions.size()];
        for (var txn : transactions) {
            happened[txn.id()] = txn.isCommitted();
            for (var op : txn.ops()) {
                if (op instanceof Txn.Write write) {
                    add(txn, write);
                }
            }
        }
    }

    private void add(Txn txn, Txn.Write write) {
        boolean isAborted = txn.status() == Txn.Status.ABORTED;
        var before = (isAborted ? aborted : alive)
                .computeIfAbsent(write.key(), any -> new HashMap<>())
                .putIfAbsent(write.value(), txn);
        if (before != null && !isAborted && ambiguity == null) {
            ambiguity = "the same value is written twice to a key, so reads do not tell whose they saw: "
                    + Names.show(write.value()) + " to " + Names.show(write.key()) + ", at " + before + ", and at "
                    + txn;
        }
    }

    /** Why this history cannot be judged; null when every written value is unique for its key. */
    @Nullable String ambiguity() {
        return ambiguity;
    }

    /** The writer that did not abort, null if there is none. */
    @Nullable Txn of(Object key, Object value) {
        return alive.getOrDefault(key, Map.of()).get(value);
    }

    /** The writer that aborted, null if there is none or one that did not abort wrote the same. */
    @Nullable Txn aborted(Object key, Object value) {
        return of(key, value) == null ? aborted.getOrDefault(key, Map.of()).get(value) : null;
    }

    /** Notes that {@code value} was read: who wrote it has happened, whatever its client knows. */
    void observed(Object key, Object value) {
        var writer = of(key, value);
        if (writer != null) {
            happened[writer.id()] = true;
        }
    }

    /** Whether it surely happened: it committed, or somebody saw what it wrote. */
    boolean happened(Txn txn) {
        return happened[txn.id()];
    }
}
