package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * Figure 3, Leader Completeness: if a log entry is committed in a given term, then that entry will be present in the
 * logs of the leaders for all higher-numbered terms.
 */
final class LeaderCompleteness implements Inspector {

    /** An entry some server knew to be committed, in the lowest term in which one did. */
    private record Committed(Entry entry, long inTerm) {}

    private final TreeMap<Long, Committed> committed = new TreeMap<>();
    private final Map<String, Long> commitIndexes = new TreeMap<>();
    private final Map<String, Long> checkedTerms = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        record(server);
        if (role == Replica.Role.LEADER && checkedTerms.getOrDefault(server.node, 0L) < server.term()) {
            checkedTerms.put(server.node, server.term());
            committed
                    .tailMap(server.log().base().index(), false)
                    .forEach((index, entry) -> check(server, index, entry));
        }
    }

    private void record(RaftServer server) {
        long known = commitIndexes.getOrDefault(server.node, 0L);
        for (long i = Math.max(known, server.log().base().index()) + 1; i <= server.commitIndex(); i++) {
            committed.putIfAbsent(i, new Committed(server.log().get(i), server.term()));
        }
        commitIndexes.put(server.node, server.commitIndex());
    }

    private static void check(RaftServer leader, long index, Committed expected) {
        boolean has = index <= leader.log().lastIndex()
                && Entries.areSame(leader.log().get(index), expected.entry());
        if (expected.inTerm() < leader.term() && !has) {
            throw new AssertionError("leader " + leader.node + " of term " + leader.term() + " lacks entry " + index
                    + ", which was committed in term " + expected.inTerm());
        }
    }

    long highestCommitted() {
        return committed.isEmpty() ? 0 : committed.lastKey();
    }
}
