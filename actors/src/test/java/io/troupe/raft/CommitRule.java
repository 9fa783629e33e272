package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Figure 2, the last of the leaders' rules (§5.3, §5.4.2): a leader sets commitIndex to an entry of its own term that is
 * durable on a majority, and to no other.
 */
final class CommitRule implements Witness {

    private record Seen(long durableIndex, LogView log) {
        boolean hasDurably(long index, long term) {
            return log.isCompacted(index) || (index <= durableIndex && log.termAt(index) == term);
        }
    }

    private record Leadership(long term, long commitIndex, Configuration configuration) {}

    private final Map<String, Seen> servers = new TreeMap<>();
    private final Map<String, Leadership> leaders = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        servers.put(server.node, new Seen(server.frontier.durableIndex(), server.log()));
        if (role != Replica.Role.LEADER) {
            leaders.remove(server.node);
            return;
        }
        Leadership now = new Leadership(server.term(), server.commitIndex(), server.configuration());
        Leadership before = leaders.put(server.node, now);
        if (before != null && before.term() == now.term() && before.commitIndex() < now.commitIndex()) {
            check(server, before.configuration());
        }
    }

    /** @param configuration in force when the step began: a step that commits may append another (§6) */
    private void check(RaftServer leader, Configuration configuration) {
        long index = leader.commitIndex();
        long term = leader.log().termAt(index);
        if (term != leader.term()) {
            throw new AssertionError("leader " + leader.node + " of term " + leader.term() + " committed entry " + index
                    + " of term " + term + " by counting");
        }
        TreeSet<String> copies = new TreeSet<>();
        servers.forEach((node, seen) -> {
            if (seen.hasDurably(index, term)) {
                copies.add(node);
            }
        });
        if (!Quorums.isQuorum(configuration, copies)) {
            throw new AssertionError("leader " + leader.node + " committed entry " + index + ", which is durable on "
                    + copies + ", no quorum of " + configuration);
        }
    }
}
