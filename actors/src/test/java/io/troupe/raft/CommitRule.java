package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Figure 2, the last of the leaders' rules (§5.3, §5.4.2): a leader sets commitIndex to an entry of its own term that is
 * durable on a majority, and to no other. Each decision is judged by what was so when it was made: one step may commit
 * C_old,new by both majorities, append C_new (§6), and commit more by the new majority alone.
 */
final class CommitRule implements Inspector {

    private record Seen(long durableIndex, LogView log) {
        static Seen of(RaftServer server) {
            return new Seen(server.frontier.durableIndex(), server.log());
        }

        boolean hasDurably(long index, long term) {
            return log.isCompacted(index) || (index <= durableIndex && log.termAt(index) == term);
        }
    }

    private final Map<String, Seen> servers = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        servers.put(server.node, Seen.of(server));
    }

    @Override
    public void beforeCommit(RaftServer server, long index) {
        if (!server.leader().equals(Optional.of(server.node))) {
            return; // A follower does as its leader says.
        }
        servers.put(server.node, Seen.of(server));
        long term = server.log().termAt(index);
        if (term != server.term()) {
            throw new AssertionError("leader " + server.node + " of term " + server.term() + " commits entry " + index
                    + " of term " + term + " by counting");
        }
        TreeSet<String> copies = new TreeSet<>();
        servers.forEach((node, seen) -> {
            if (seen.hasDurably(index, term)) {
                copies.add(node);
            }
        });
        if (!Quorums.isQuorum(server.configuration(), copies)) {
            throw new AssertionError("leader " + server.node + " commits entry " + index + ", which is durable on "
                    + copies + ", no quorum of " + server.configuration());
        }
        copies.removeAll(server.configuration().witnesses());
        copies.retainAll(server.configuration().voters());
        if (copies.isEmpty()) {
            throw new AssertionError("leader " + server.node + " commits entry " + index
                    + ", which no voter with a state" + " has of " + server.configuration());
        }
    }
}
