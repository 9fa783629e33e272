package io.troupe.sim.checker.isolation;

import static io.troupe.sim.checker.isolation.Names.show;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Committed transactions that read the same version of a key and then wrote it: whichever of them came last did not know
 * of the others. Needs no version order, so that it shows where the cycle does not.
 */
final class LostUpdates {

    private record Version(Object key, @Nullable Object version) {}

    private LostUpdates() {}

    /** @param versionOf what tells the version in a value that was read */
    static void find(List<Txn> transactions, Findings findings, UnaryOperator<@Nullable Object> versionOf) {
        Map<Version, List<Txn>> updates = new LinkedHashMap<>();
        Map<Object, @Nullable Object> read = new HashMap<>();
        Set<Object> written = new HashSet<>();
        for (var txn : transactions) {
            if (!txn.isCommitted()) {
                continue;
            }
            read.clear();
            written.clear();
            for (var op : txn.ops()) {
                if (op instanceof Txn.Read one && !written.contains(one.key())) {
                    read.putIfAbsent(one.key(), versionOf.apply(one.value()));
                } else if (op instanceof Txn.Write one && written.add(one.key()) && read.containsKey(one.key())) {
                    updates.computeIfAbsent(new Version(one.key(), read.get(one.key())), any -> new ArrayList<>())
                            .add(txn);
                }
            }
        }
        updates.forEach((version, all) -> {
            if (all.size() > 1) {
                var names = new Names();
                names.say(String.join(", ", all.stream().map(names::of).toList()) + " all read " + show(version.key())
                        + " at " + show(version.version()) + ", and all wrote it then");
                findings.add(AnomalyKind.LOST_UPDATE, names.transactions(), names.explanation());
            }
        });
    }
}
