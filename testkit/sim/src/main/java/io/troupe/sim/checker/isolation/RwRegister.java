package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import io.troupe.sim.checker.input.Values;
import io.troupe.sim.checker.isolation.DependencyGraph.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over registers, that write unique values. A read tells its writer, but not what came between. Of the order
 * of versions is known: nil is the first; a transaction that read one and wrote another wrote it later (Elle's wfr, which
 * holds in every history that is read committed). For the strict level alone, what ended before another began comes first
 * (Elle's linearizable keys): a dependency that rests on this counts as one of real time.
 */
final class RwRegister implements Workload {

    private static final class Key {
        final Map<Object, List<Integer>> readers = new HashMap<>();
        final Map<Object, Integer> writer = new LinkedHashMap<>();
        final List<RegisterTransaction> touching = new ArrayList<>();
        VersionOrder order = new VersionOrder();

        /** A value that nobody wrote may be from before the history: when it was read says nothing of order. */
        boolean isKnown(Object value) {
            return Values.isNil(value) || writer.containsKey(value);
        }
    }

    private final List<Txn> transactions;
    private final Writers writers;
    private final Findings findings;
    private final Map<Object, Key> keys = new LinkedHashMap<>();
    private final Map<Object, VersionOrder> cyclicInTime = new LinkedHashMap<>();

    RwRegister(List<Txn> transactions, Writers writers, Findings findings) {
        this.transactions = transactions;
        this.writers = writers;
        this.findings = findings;
    }

    @Override
    public void analyze() {
        for (var txn : transactions) {
            if (txn.isCommitted()) {
                new RegisterTransaction(txn).check(writers, findings);
                for (var op : txn.ops()) {
                    if (op instanceof Txn.Read read && read.value() != null) {
                        writers.observed(read.key(), read.value());
                    }
                }
            }
        }
        for (var txn : transactions) {
            if (writers.happened(txn)) {
                note(new RegisterTransaction(txn));
            }
        }
        keys.forEach((name, key) -> {
            for (var one : key.touching) {
                Object read = one.reads.get(name);
                Object written = one.writes.get(name);
                if (read != null && written != null) {
                    key.order.add(read, written); // wfr
                }
            }
            if (!key.order.cyclic().isEmpty()) {
                cyclic(AnomalyKind.CYCLIC_VERSIONS, name, key, key.order);
                key.order = new VersionOrder();
            }
        });
        LostUpdates.find(transactions, findings, value -> value);
    }

    private void note(RegisterTransaction one) {
        int id = one.txn().id();
        one.reads.forEach((name, value) -> key(name)
                .readers
                .computeIfAbsent(value, any -> new ArrayList<>())
                .add(id));
        one.writes.forEach((name, value) -> key(name).writer.put(value, id));
        Set<Object> touched = new LinkedHashSet<>(one.reads.keySet());
        touched.addAll(one.writes.keySet());
        touched.forEach(name -> key(name).touching.add(one));
    }

    private Key key(Object name) {
        return keys.computeIfAbsent(name, any -> new Key());
    }

    private void cyclic(AnomalyKind kind, Object name, Key key, VersionOrder order) {
        var names = new Names();
        var versions = order.cyclic();
        for (Object version : versions) {
            Integer writer = key.writer.get(version);
            if (writer != null && names.transactions().size() < 8) {
                names.of(transactions.get(writer));
            }
        }
        names.say("of " + show(name) + ", the versions "
                + String.join(", ", versions.stream().map(Values::show).toList()) + " come before themselves");
        findings.add(kind, names.transactions(), names.explanation());
    }

    /** The order of versions that real time tells, in a number of edges linear in what is done to the key at once. */
    private static VersionOrder realtime(Object name, Key key, boolean byReadsToo) {
        record Moment(long at, boolean begins, RegisterTransaction who) {}
        List<Moment> moments = new ArrayList<>();
        for (var one : key.touching) {
            if (byReadsToo || one.writes.containsKey(name)) {
                if (one.txn().invokedAt() >= 0) {
                    moments.add(new Moment(one.txn().invokedAt(), true, one));
                }
                if (one.txn().isCommitted()) {
                    moments.add(new Moment(one.txn().completedAt(), false, one));
                }
            }
        }
        moments.sort(Comparator.comparingLong(Moment::at));
        // What has ended and is not known to be before something else that has ended.
        List<RegisterTransaction> frontier = new ArrayList<>();
        var order = new VersionOrder();
        for (var moment : moments) {
            var one = moment.who();
            if (moment.begins()) {
                Object next = byReadsToo && one.reads.containsKey(name) ? one.reads.get(name) : one.writes.get(name);
                for (var before : frontier) {
                    Object last = before.writes.containsKey(name) ? before.writes.get(name) : before.reads.get(name);
                    if (last != null && next != null && key.isKnown(last) && key.isKnown(next)) {
                        order.add(last, next);
                    }
                }
            } else {
                long began = one.txn().invokedAt();
                frontier.removeIf(before -> before.txn().completedAt() < began);
                frontier.add(one);
            }
        }
        return order;
    }

    private static boolean isCyclic(Key key, VersionOrder realtime) {
        var all = new VersionOrder();
        key.writer.keySet().forEach(version -> all.add(Values.NIL, version));
        all.addAll(key.order);
        all.addAll(realtime);
        return !all.cyclic().isEmpty();
    }

    @Override
    public void addTo(DependencyGraph.Builder graph) {
        keys.forEach((name, key) -> {
            key.writer.forEach((value, writer) -> key.readers
                    .getOrDefault(value, List.of())
                    .forEach(reader -> graph.add(writer, reader, DependencyGraph.WR, new Why(name, value, value))));
            addFirst(graph, name, key);
            add(graph, name, key, key.order, DependencyGraph.WW, DependencyGraph.RW);
            var realtime = realtime(name, key, true);
            if (isCyclic(key, realtime)) {
                cyclicInTime.put(name, realtime);
                realtime = realtime(name, key, false);
            }
            if (!isCyclic(key, realtime)) {
                add(graph, name, key, realtime, DependencyGraph.WW_REALTIME, DependencyGraph.RW_REALTIME);
            }
        });
    }

    @Override
    public void conclude() {
        if (findings.isEmpty()) {
            cyclicInTime.forEach((name, order) -> {
                var key = key(name);
                order.addAll(key.order);
                key.writer.keySet().forEach(version -> order.add(Values.NIL, version));
                cyclic(AnomalyKind.CYCLIC_VERSIONS_REALTIME, name, key, order);
            });
        }
    }

    /** Who read nil came before whoever wrote a first version, and so before all. */
    private static void addFirst(DependencyGraph.Builder graph, Object name, Key key) {
        var readers = key.readers.getOrDefault(Values.NIL, List.of());
        if (readers.isEmpty()) {
            return;
        }
        var later = key.order.withPredecessors();
        List<Integer> first = new ArrayList<>();
        key.writer.forEach((value, writer) -> {
            if (!later.contains(value)) {
                first.add(writer);
            }
        });
        graph.addAll(readers, first, DependencyGraph.RW, new Why(name, null, null));
    }

    private static void add(DependencyGraph.Builder graph, Object name, Key key, VersionOrder order, int ww, int rw) {
        order.edges()
                .forEach((earlier, all) -> all.forEach(later -> {
                    @Nullable Integer next = key.writer.get(later);
                    if (next == null) {
                        return;
                    }
                    var why = new Why(name, Values.isNil(earlier) ? null : earlier, later);
                    @Nullable Integer writer = key.writer.get(earlier);
                    if (writer != null) {
                        graph.add(writer, next, ww, why);
                    }
                    key.readers.getOrDefault(earlier, List.of()).forEach(reader -> graph.add(reader, next, rw, why));
                }));
    }
}
