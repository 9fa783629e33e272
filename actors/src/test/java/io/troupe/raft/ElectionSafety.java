package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/** Figure 3, Election Safety: at most one leader can be elected in a given term. */
final class ElectionSafety implements Inspector {

    private final Map<Long, String> leaders = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        if (role == Replica.Role.LEADER) {
            String other = leaders.putIfAbsent(server.term(), server.node);
            if (other != null && !other.equals(server.node)) {
                throw new AssertionError(
                        "term " + server.term() + " has two leaders: " + other + " and " + server.node);
            }
        }
    }

    int terms() {
        return leaders.size();
    }
}
