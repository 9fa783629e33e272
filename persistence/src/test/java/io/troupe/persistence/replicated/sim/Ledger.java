package io.troupe.persistence.replicated.sim;

import java.util.List;
import java.util.TreeMap;

/**
 * What the world outside knows of one counter: which increment is event n, once some incarnation was told that it is
 * durable. Fails where an incarnation believes something else.
 */
final class Ledger {

    private final TreeMap<Integer, String> acknowledged = new TreeMap<>();
    private String broken = "";
    private int recoveries;

    /** An incarnation was told that its last event is durable. */
    void acknowledged(String where, List<String> increments) {
        compare(where + ", acknowledged", increments);
        acknowledged.putIfAbsent(increments.size(), increments.get(increments.size() - 1));
    }

    /**
     * An incarnation has recovered.
     *
     * @param known the last event that was acknowledged when it began to
     */
    void recovered(String where, List<String> increments, int known) {
        recoveries++;
        compare(where + ", recovered", increments);
        if (increments.size() < known) {
            fail(where + " has recovered " + increments.size() + " events, and event " + known
                    + " was acknowledged before");
        }
    }

    private void compare(String where, List<String> increments) {
        for (int n = 1; n <= increments.size(); n++) {
            String known = acknowledged.get(n);
            String believed = increments.get(n - 1);
            if (known != null && !known.equals(believed)) {
                fail(where + ": event " + n + " is " + believed + ", and " + known + " was acknowledged as that");
            }
        }
    }

    private void fail(String what) {
        if (broken.isEmpty()) {
            broken = what;
        }
    }

    void check() {
        if (!broken.isEmpty()) {
            throw new AssertionError(broken);
        }
    }

    /** How many increments were acknowledged. */
    int count() {
        return acknowledged.size();
    }

    /** The last event that was acknowledged; of those before, some may have been found by a recovery alone. */
    int last() {
        return acknowledged.isEmpty() ? 0 : acknowledged.lastKey();
    }

    int recoveries() {
        return recoveries;
    }
}
