package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import io.troupe.sim.checker.isolation.DependencyGraph.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over lists, that append unique elements and read whole lists: a read shows the order of all appends before
 * it. The longest read of a key is its version order; appends that happened and were never read come after it, in an
 * order that is not known.
 */
final class ListAppend implements Workload {

    /** What is known of one key. */
    private static final class Key {
        List<?> longest = List.of();

        @Nullable Txn longestReader;
        /** Readers by number of elements they saw; -1 for a reader whose list is no prefix of the longest. */
        final Map<Integer, List<Integer>> readersOf = new HashMap<>();

        Txn longestReader() {
            if (longestReader == null) {
                throw new IllegalStateException("nobody read this key");
            }
            return longestReader;
        }

        final Map<Object, Integer> placeOf = new HashMap<>();
        final List<Integer> unseenWriters = new ArrayList<>();
    }

    private final List<Txn> transactions;
    private final Writers writers;
    private final Findings findings;
    private final Map<Object, Key> keys = new LinkedHashMap<>();

    ListAppend(List<Txn> transactions, Writers writers, Findings findings) {
        this.transactions = transactions;
        this.writers = writers;
        this.findings = findings;
    }

    @Override
    public void analyze() {
        for (var txn : transactions) {
            if (txn.isCommitted()) {
                new ListTransaction(txn, writers, findings).check();
                txn.ops().forEach(op -> note(txn, op));
            }
        }
        keys.forEach((name, key) -> order(key));
        keys.forEach(this::dirtyUpdates);
        for (var txn : transactions) {
            if (txn.isCommitted()) {
                for (var op : txn.ops()) {
                    if (op instanceof Txn.Read read) {
                        compare(txn, read);
                    }
                }
            }
        }
        transactions.forEach(this::checkOwnOrder);
        LostUpdates.find(transactions, findings, ListAppend::last);
    }

    /** What one transaction appended must stand in the order in which it did. */
    private void checkOwnOrder(Txn txn) {
        if (txn.status() == Txn.Status.ABORTED) {
            return;
        }
        Map<Object, Integer> last = new HashMap<>();
        for (var op : txn.ops()) {
            Integer place =
                    op instanceof Txn.Write write ? key(write.key()).placeOf.get(write.value()) : null;
            Integer before = place == null ? null : last.put(op.key(), place);
            if (place != null && before != null && place < before) {
                var key = key(op.key());
                var names = new Names();
                names.say(names.of(txn) + " appended " + show(key.longest.get(before)) + " to " + show(op.key())
                        + " before it appended " + show(key.longest.get(place)) + ", and "
                        + names.of(key.longestReader()) + " read " + show(key.longest));
                findings.add(AnomalyKind.INCOMPATIBLE_ORDER, names.transactions(), names.explanation());
            }
        }
    }

    private static Object last(@Nullable Object list) {
        return elements(list).isEmpty()
                ? List.of()
                : elements(list).get(elements(list).size() - 1);
    }

    static List<?> elements(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private Key key(Object name) {
        return keys.computeIfAbsent(name, any -> new Key());
    }

    private void note(Txn txn, Txn.MicroOp op) {
        if (op instanceof Txn.Read read) {
            var key = key(read.key());
            var list = elements(read.value());
            if (list.size() > key.longest.size()) {
                key.longest = list;
                key.longestReader = txn;
            }
            list.forEach(element -> writers.observed(read.key(), element));
        }
    }

    private static void order(Key key) {
        for (int i = 0; i < key.longest.size(); i++) {
            key.placeOf.putIfAbsent(key.longest.get(i), i);
        }
    }

    /** Notes who read which version, and that all reads are prefixes of the longest. */
    private void compare(Txn txn, Txn.Read read) {
        var key = key(read.key());
        var list = elements(read.value());
        boolean agrees = key.longest.subList(0, list.size()).equals(list);
        if (!agrees) {
            var names = new Names();
            names.say(names.of(txn) + " read " + show(read.key()) + " = " + show(list) + ", and "
                    + names.of(key.longestReader()) + " read " + show(key.longest)
                    + ": neither is a beginning of the other");
            findings.add(AnomalyKind.INCOMPATIBLE_ORDER, names.transactions(), names.explanation());
            return;
        }
        key.readersOf.computeIfAbsent(list.size(), any -> new ArrayList<>()).add(txn.id());
    }

    private void dirtyUpdates(Object name, Key key) {
        @Nullable Txn aborted = null;
        Object dirty = null;
        for (Object element : key.longest) {
            var bad = writers.aborted(name, element);
            var good = writers.of(name, element);
            if (bad != null) {
                aborted = bad;
                dirty = element;
            } else if (good != null && good.isCommitted() && aborted != null) {
                var names = new Names();
                names.say(names.of(good) + " appended " + show(element) + " to " + show(name) + " after " + show(dirty)
                        + ", which " + names.of(aborted) + " appended and then aborted");
                findings.add(AnomalyKind.DIRTY_UPDATE, names.transactions(), names.explanation());
                aborted = null;
            }
        }
    }

    @Override
    public void addTo(DependencyGraph.Builder graph) {
        for (var txn : transactions) {
            if (writers.happened(txn)) {
                Set<Object> unseen = new HashSet<>();
                for (var op : txn.ops()) {
                    boolean isUnseen = op instanceof Txn.Write write
                            && !key(write.key()).placeOf.containsKey(write.value());
                    if (isUnseen && unseen.add(op.key())) {
                        key(op.key()).unseenWriters.add(txn.id());
                    }
                }
            }
        }
        keys.forEach((name, key) -> addTo(graph, name, key));
    }

    private void addTo(DependencyGraph.Builder graph, Object name, Key key) {
        @Nullable Txn before = null;
        Object beforeElement = null;
        for (int place = 0; place <= key.longest.size(); place++) {
            var readers = key.readersOf.getOrDefault(place, List.of());
            if (before != null) {
                int writer = before.id();
                var why = new Why(name, beforeElement, null);
                readers.forEach(reader -> graph.add(writer, reader, DependencyGraph.WR, why));
            }
            if (place == key.longest.size()) {
                // What nobody read came after everything that somebody did.
                if (before != null) {
                    graph.addAll(
                            List.of(before.id()),
                            key.unseenWriters,
                            DependencyGraph.WW,
                            new Why(name, beforeElement, null));
                }
                graph.addAll(readers, key.unseenWriters, DependencyGraph.RW, new Why(name, beforeElement, null));
                return;
            }
            Object element = key.longest.get(place);
            var writer = writers.of(name, element);
            if (writer != null) {
                var why = new Why(name, place == 0 ? null : key.longest.get(place - 1), element);
                readers.forEach(reader -> graph.add(reader, writer.id(), DependencyGraph.RW, why));
                if (before != null) {
                    graph.add(before.id(), writer.id(), DependencyGraph.WW, new Why(name, beforeElement, element));
                }
                before = writer;
                beforeElement = element;
            } else {
                before = null; // Who wrote it aborted, or is not known: nothing follows from it.
            }
        }
    }
}
