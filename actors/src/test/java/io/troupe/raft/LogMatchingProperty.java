package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figure 3, Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in
 * all entries up through that index.
 */
final class LogMatchingProperty implements Inspector {

    /** Two entries at one index: through there two logs were found to be identical. */
    private record Agreed(long index, Entry entry, Entry otherEntry) {
        boolean isStill(LogView log, LogView other) {
            return isAt(log, entry) && isAt(other, otherEntry);
        }

        /** An entry is never the same object again once it was replaced, and so is all before it. */
        private boolean isAt(LogView log, Entry expected) {
            return index > log.base().index() && index <= log.lastIndex() && log.get(index) == expected;
        }
    }

    private final Map<String, LogView> logs = new TreeMap<>();
    private final Map<String, Agreed> agreed = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        LogView log = server.log();
        if (logs.put(server.node, log) != log) {
            logs.forEach((other, otherLog) -> {
                if (!other.equals(server.node)) {
                    check(server.node, log, other, otherLog);
                }
            });
        }
    }

    private void check(String node, LogView log, String other, LogView otherLog) {
        long base = Math.max(log.base().index(), otherLog.base().index());
        long index = Math.min(log.lastIndex(), otherLog.lastIndex());
        while (index > base && log.termAt(index) != otherLog.termAt(index)) {
            index--;
        }
        if (index <= base) {
            return;
        }
        String pair = node + " " + other;
        Agreed known = agreed.get(pair);
        long checked = known != null && known.isStill(log, otherLog) ? known.index() : base;
        for (long i = index; i > checked; i--) {
            if (!Entries.areSame(log.get(i), otherLog.get(i))) {
                throw new AssertionError("logs of " + node + " and " + other + " agree on the term of entry " + index
                        + " but not on entry " + i + ": " + log.get(i) + " and " + otherLog.get(i));
            }
        }
        agreed.put(pair, new Agreed(index, log.get(index), otherLog.get(index)));
    }
}
