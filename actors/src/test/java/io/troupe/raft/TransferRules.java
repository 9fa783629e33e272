package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * Thesis §3.10: while a leader hands leadership over, its log does not grow; and who is told to stand has all of it durably,
 * so that whoever would vote for the old leader may vote for the new one.
 */
final class TransferRules implements Inspector {

    private record Seen(RaftServer server, long term, LogView log, long durableIndex, boolean transfers, boolean told) {
        static Seen of(RaftServer server, Replica.Role role) {
            boolean transfers = role == Replica.Role.LEADER && server.transfer().isUnderWay();
            return new Seen(
                    server,
                    server.term(),
                    server.log(),
                    server.frontier.durableIndex(),
                    transfers,
                    transfers && !server.transfer().isToBeTold());
        }

        boolean hasDurably(LogPosition position) {
            return log.isCompacted(position.index()) || (log.contains(position) && durableIndex >= position.index());
        }
    }

    private final Map<String, Seen> servers = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        Seen now = Seen.of(server, role);
        Seen before = servers.put(server.node, now);
        if (!now.transfers()) {
            return;
        }
        boolean transferred = before != null && before.transfers() && before.term() == now.term();
        if (transferred && before.log().lastIndex() != now.log().lastIndex()) {
            throw new AssertionError("leader " + server.node + " hands leadership over, and appends entries through "
                    + now.log().lastIndex() + " after " + before.log().last());
        }
        if (now.told() && !(transferred && before.told())) {
            checkTold(server);
        }
    }

    private void checkTold(RaftServer leader) {
        String target = leader.transfer().target();
        Seen seen = servers.get(target);
        boolean followsAnother = seen != null && seen.term() > leader.term(); // And heeds this one no more.
        if (seen == null || (!followsAnother && !seen.hasDurably(leader.log().last()))) {
            throw new AssertionError("leader " + leader.node + " tells " + target
                    + " to stand, whose log does not have " + leader.log().last());
        }
    }
}
