package io.troupe.generals.byzantine;

import io.troupe.generals.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that one lieutenant has heard in all the executions of OM(m), OM(m-1), …, OM(0) that it takes part in. Each is known
 * by the path of generals who were commander in it, outermost first; "by path" is what the paper calls messages "prefixed
 * by a sequence of k lieutenants' numbers" (§3).
 */
final class OralTree {

    private final String self;
    private final String commander;
    private final List<String> generals;
    private final int m;
    private final Map<List<String>, Order> heard = new HashMap<>();

    /** @param generals all of them, commander and self included */
    OralTree(String self, String commander, List<String> generals, int m) {
        this.self = self;
        this.commander = commander;
        this.generals = generals.stream().sorted().toList();
        this.m = m;
    }

    /** Keeps the first that comes on time, from who says it, over a path that is possible. */
    void hear(int round, String from, OralMessage message) {
        var path = message.path();
        if (path.size() >= round && isPossible(path) && isSpokenBy(from, path)) {
            heard.putIfAbsent(path, message.order());
        }
    }

    /** A2: the receiver of a message knows who sent it. */
    private static boolean isSpokenBy(String from, List<String> path) {
        return path.get(path.size() - 1).equals(from);
    }

    private boolean isPossible(List<String> path) {
        return !path.isEmpty()
                && path.size() <= m + 1
                && path.get(0).equals(commander)
                && !path.contains(self)
                && generals.containsAll(path)
                && path.stream().distinct().count() == path.size();
    }

    /** The value from the commander of that execution, "or RETREAT if he receives no value" (OM(0) and OM(m), step 2). */
    Order heard(List<String> path) {
        return heard.getOrDefault(path, Order.RETREAT);
    }

    /** The executions in which this lieutenant hears from a commander at depth {@code length}. */
    List<List<String>> paths(int length) {
        List<List<String>> paths = List.of(List.of(commander));
        for (int grown = 1; grown < length; grown++) {
            List<List<String>> longer = new ArrayList<>();
            for (var path : paths) {
                outside(path).forEach(next -> longer.add(OralMessage.through(path, next)));
            }
            paths = longer;
        }
        return paths;
    }

    /** Who is lieutenant beside this one in the execution of that path. */
    List<String> outside(List<String> path) {
        return generals.stream()
                .filter(general -> !general.equals(self) && !path.contains(general))
                .toList();
    }

    /** OM(m), step 3: the value this lieutenant uses in the execution of that path. */
    Order obtained(List<String> path) {
        if (path.size() > m) {
            return heard(path); // OM(0)
        }
        List<Order> values = new ArrayList<>();
        values.add(heard(path));
        for (String other : outside(path)) {
            values.add(obtained(OralMessage.through(path, other)));
        }
        return Majority.of(values);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int length = 1; length <= m + 1; length++) {
            for (var path : paths(length)) {
                text.append(String.join(":", path))
                        .append('=')
                        .append(heard.get(path))
                        .append(' ');
            }
        }
        return text.toString().strip();
    }
}
