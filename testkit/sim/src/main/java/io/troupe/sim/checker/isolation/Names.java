package io.troupe.sim.checker.isolation;

import io.troupe.sim.checker.input.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names the transactions of an explanation T1, T2, … in the order in which they are spoken of. */
final class Names {

    private final Map<Integer, String> names = new LinkedHashMap<>();
    private final List<Txn> transactions = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    String of(Txn txn) {
        return names.computeIfAbsent(txn.id(), any -> {
            transactions.add(txn);
            return "T" + transactions.size();
        });
    }

    static String show(@Nullable Object value) {
        return Values.show(value);
    }

    void say(String line) {
        lines.add(line);
    }

    List<Txn> transactions() {
        return List.copyOf(transactions);
    }

    /** Who they are, and what was said of them. */
    List<String> explanation() {
        List<String> all = new ArrayList<>();
        transactions.forEach(txn -> all.add(names.get(txn.id()) + " = " + txn));
        all.addAll(lines);
        return all;
    }
}
