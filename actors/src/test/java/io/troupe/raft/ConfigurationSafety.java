package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;

/**
 * §6, thesis §4.1 and §4.3: no two majorities decide for themselves. Whenever a leader appends a configuration, any quorum
 * of it shares a server with any quorum of the one before, which is committed by then; and the configuration in force at
 * a server is the latest in its log, or that of its snapshot.
 */
final class ConfigurationSafety implements Inspector {

    private record InForce(long term, long index, Configuration configuration) {}

    private final Map<String, InForce> leaders = new TreeMap<>();
    private final Map<String, LogView> logs = new TreeMap<>();
    private final Map<String, InForce> latest = new TreeMap<>();
    private final Map<String, Long> commitIndexes = new TreeMap<>();
    private final TreeMap<Long, Configuration> committed = new TreeMap<>();
    private long changes;
    private long joint;

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        var now = new InForce(server.term(), server.configurationIndex(), server.configuration());
        latest.put(server.node, now);
        recordCommitted(server);
        checkSnapshot(server);
        if (logs.put(server.node, server.log()) != server.log()) {
            checkLatest(server);
        }
        if (role != Replica.Role.LEADER) {
            leaders.remove(server.node);
            return;
        }
        InForce before = leaders.put(server.node, now);
        if (before != null && before.term() == now.term() && before.index() < now.index()) {
            changes++;
            joint += now.configuration().isJoint() ? 1 : 0;
            check(server, before, now);
        }
    }

    private void recordCommitted(RaftServer server) {
        if (server.snapshot().index() == 0 && server.configurationAt(0).isKnown()) {
            committed.putIfAbsent(0L, server.configurationAt(0));
        }
        long known = Math.max(
                commitIndexes.getOrDefault(server.node, 0L), server.log().base().index());
        for (long i = known + 1; i <= server.commitIndex(); i++) {
            if (server.log().get(i).payload() instanceof Entry.Reconfigure reconfigure) {
                committed.putIfAbsent(i, reconfigure.configuration());
            }
        }
        commitIndexes.put(server.node, server.commitIndex());
    }

    /** §7: a snapshot carries the latest configuration as of its last entry. */
    private void checkSnapshot(RaftServer server) {
        SnapshotMetadata snapshot = server.snapshot();
        if (snapshot.hasState()) {
            Configuration right = committed.floorEntry(snapshot.index()).getValue();
            if (!snapshot.configuration().equals(right)) {
                throw new AssertionError(
                        server.node + " has " + snapshot + ", but as of there the configuration is " + right);
            }
        }
    }

    private static void checkLatest(RaftServer server) {
        LogView log = server.log();
        for (long i = log.lastIndex();
                i > Math.max(log.base().index(), server.snapshot().index());
                i--) {
            if (log.get(i).payload() instanceof Entry.Reconfigure latest) {
                if (server.configurationIndex() != i || !server.configuration().equals(latest.configuration())) {
                    throw new AssertionError(server.node + " decides by " + server.configuration() + " of entry "
                            + server.configurationIndex() + ", but entry " + i + " of its log is " + latest);
                }
                return;
            }
        }
        if (server.configurationIndex() > server.snapshot().index()) {
            throw new AssertionError(server.node + " decides by " + server.configuration() + " of entry "
                    + server.configurationIndex() + ", which is not in its log");
        }
    }

    private void check(RaftServer leader, InForce before, InForce now) {
        for (String learner : before.configuration().learners()) {
            if (now.configuration().isVoter(learner) && isStrange(learner, before)) {
                throw new AssertionError("leader " + leader.node + " promoted " + learner
                        + ", which has not even got the entry that made it a learner"); // thesis §4.2.1
            }
        }
        if (Quorums.areDisjointSome(before.configuration(), now.configuration())) {
            throw new AssertionError("leader " + leader.node + " went from " + before.configuration() + " to "
                    + now.configuration() + ", and a quorum of each have nobody in common");
        }
        if (leader.commitIndex() < before.index()) {
            throw new AssertionError("leader " + leader.node + " appended the configuration at " + now.index()
                    + " although the one at " + before.index() + " is not committed");
        }
        if (leader.log().termAt(leader.commitIndex()) != leader.term()) {
            throw new AssertionError("leader " + leader.node + " appended the configuration at " + now.index()
                    + " before term " + leader.term() + " had committed anything");
        }
    }

    /**
     * It does not know itself for a member. One that knows of a later configuration has been one: a leader that was replaced,
     * and has not heard of it, may promote whom its successor has removed.
     */
    private boolean isStrange(String learner, InForce before) {
        InForce known = latest.get(learner);
        return !known.configuration().isMember(learner) && known.index() < before.index();
    }

    /** Configurations that leaders appended. */
    long changes() {
        return changes;
    }

    /** How many of them were joint. */
    long joint() {
        return joint;
    }
}
