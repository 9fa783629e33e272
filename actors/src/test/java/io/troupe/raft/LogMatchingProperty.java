package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figure 3, Log Matching: if two logs contain an entry with the same index and term, then the logs are identical in
 * all entries up through that index.
 */
final class LogMatchingProperty implements Witness {

    private final Map<String, LogView> logs = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        LogView log = server.log();
        if (logs.put(server.node, log) != log) {
            logs.forEach((other, otherLog) -> check(server.node, log, other, otherLog));
        }
    }

    private static void check(String node, LogView log, String other, LogView otherLog) {
        long base = Math.max(log.base().index(), otherLog.base().index());
        long index = Math.min(log.lastIndex(), otherLog.lastIndex());
        while (index > base && log.termAt(index) != otherLog.termAt(index)) {
            index--;
        }
        for (long i = index; i > base; i--) {
            if (!log.get(i).equals(otherLog.get(i))) {
                throw new AssertionError("logs of " + node + " and " + other + " agree on the term of entry " + index
                        + " but not on entry " + i + ": " + log.get(i) + " and " + otherLog.get(i));
            }
        }
    }
}
