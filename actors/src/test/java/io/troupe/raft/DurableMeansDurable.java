package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figure 2, "updated on stable storage before responding": what a server took for durable before a crash, its journal
 * gives back after it: entry by entry, and never an earlier term. And nothing is in memory alone: what a server holds is
 * durable or on its way to the disk, but for what a leader has just appended.
 */
final class DurableMeansDurable implements Inspector {

    private record Seen(RaftServer server, LogView log, long durableIndex, HardState durable) {}

    private final Map<String, Seen> lives = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        Seen now = new Seen(server, server.log(), server.frontier.durableIndex(), server.durableHardState());
        Seen before = lives.put(server.node, now);
        if (before != null && before.server() != server) {
            check(server.node, before, now);
        }
        long issued = server.frontier.issuedIndex();
        long last = now.log().lastIndex();
        if (issued > last || (issued < last && role != Replica.Role.LEADER)) {
            throw new AssertionError(server.node + ", " + role + ", has entries through " + last
                    + ", and its disk was given them through " + issued);
        }
    }

    private static void check(String node, Seen before, Seen recovered) {
        if (recovered.server().term() < before.durable().term()) {
            throw new AssertionError(
                    node + " came back in term " + recovered.server().term() + ", but took term "
                            + before.durable().term() + " for durable");
        }
        LogView log = recovered.log();
        if (log.lastIndex() < before.durableIndex()) {
            throw new AssertionError(node + " came back with entries through " + log.lastIndex()
                    + ", but took those through " + before.durableIndex() + " for durable");
        }
        long base = Math.max(log.base().index(), before.log().base().index());
        for (long index = base + 1; index <= before.durableIndex(); index++) {
            if (!log.get(index).equals(before.log().get(index))) {
                throw new AssertionError(node + " came back with " + log.get(index) + " at " + index + ", but took "
                        + before.log().get(index) + " for durable there");
            }
        }
    }
}
