package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/** Figure 3, Leader Append-Only: a leader never overwrites or deletes entries in its log; it only appends. */
final class LeaderAppendOnly implements Inspector {

    private record Seen(long term, LogView log) {}

    private final Map<String, Seen> leaders = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        if (role != Replica.Role.LEADER) {
            leaders.remove(server.node);
            return;
        }
        Seen now = new Seen(server.term(), server.log());
        Seen before = leaders.put(server.node, now);
        if (before != null && before.term() == now.term() && before.log() != now.log()) {
            check(server.node, before.log(), now.log());
        }
    }

    private static void check(String node, LogView before, LogView now) {
        if (now.lastIndex() < before.lastIndex()) {
            throw new AssertionError("leader " + node + " cut its log from " + before.last() + " to " + now.last());
        }
        for (long index = Math.max(before.base().index(), now.base().index()) + 1;
                index <= before.lastIndex();
                index++) {
            if (!before.get(index).equals(now.get(index))) {
                throw new AssertionError("leader " + node + " changed entry " + index);
            }
        }
    }
}
