package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.sim.Simulation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** The situations that the simulation of Raft must come to, told from what servers are before and after a step. */
final class Reached implements Inspector {

    static final String LEADER_CHANGE_DURING_CHANGE = "leader change during membership change";
    static final String LEADER_CHANGE_WHILE_JOINT = "leader change while the configuration is joint";
    static final String CONFIGURATION_TRUNCATED = "fall back to the configuration before";
    static final String LEADER_REMOVED = "a leader without a vote steps down";
    static final String TRANSFERRED = "leadership taken over by the target of a transfer";
    static final String TRANSFER_WAITED = "a transfer that waits for its target to catch up";
    static final String TRANSFER_GIVEN_UP = "a transfer given up";
    static final String LEASE_READ = "a read under the lease of a leader that is cut off";
    static final String LEASE_OUTLIVED = "a leader still in office that another has succeeded";
    static final String WITNESS_DECIDES = "a commit that needs a witness";
    static final String SUFFIX_OVERWRITTEN = "a suffix overwritten by the leader's";
    static final String SNAPSHOT_INSTALLED = "a snapshot of the leader installed";
    static final String INSTALL_INTERRUPTED = "the install of a snapshot interrupted";
    static final String INSTALL_RESUMED = "an interrupted snapshot sent on from where it stopped";
    static final String RECOVERED_FROM_SNAPSHOT = "a restart from snapshot and log";

    private record Seen(
            RaftServer server,
            Replica.Role role,
            LogView log,
            long durableIndex,
            long commitIndex,
            long snapshotIndex,
            long configurationIndex,
            boolean transfers,
            boolean waits) {
        static Seen of(RaftServer server, Replica.Role role) {
            return new Seen(
                    server,
                    role,
                    server.log(),
                    server.frontier.durableIndex(),
                    server.commitIndex(),
                    server.snapshot().index(),
                    server.configurationIndex(),
                    server.transfer().isUnderWay(),
                    server.transfer().isToBeTold());
        }
    }

    private final Simulation sim;
    private final Map<String, Seen> servers = new TreeMap<>();
    /** Who was to take over, by the term in which the old leader stopped. */
    private final Map<Long, String> targets = new TreeMap<>();

    Reached(Simulation sim) {
        this.sim = sim;
    }

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        Seen now = Seen.of(server, role);
        Seen before = servers.put(server.node, now);
        if (before == null || before.server() != server) {
            if (before != null && now.snapshotIndex() > 0) {
                sim.reached(RECOVERED_FROM_SNAPSHOT);
            }
            return;
        }
        compareLogs(before, now);
        compareTransfers(before, now);
        if (role != before.role()) {
            compareRoles(server, before.role(), role);
        }
    }

    @Override
    public void beforeCommit(RaftServer server, long index) {
        Configuration configuration = server.configuration();
        if (configuration.witnesses().isEmpty() || !server.leader().equals(Optional.of(server.node))) {
            return;
        }
        TreeSet<String> withState = new TreeSet<>(List.of(server.node));
        servers.forEach((node, seen) -> {
            if (!seen.server().isWitness() && seen.durableIndex() >= index) {
                withState.add(node);
            }
        });
        if (!Quorums.isQuorum(configuration, withState)) {
            sim.reached(WITNESS_DECIDES);
        }
    }

    private void compareLogs(Seen before, Seen now) {
        if (now.snapshotIndex() > before.commitIndex()) {
            sim.reached(SNAPSHOT_INSTALLED);
            return;
        }
        LogPosition last = before.log().last();
        if (now.log() != before.log()
                && !now.log().isCompacted(last.index())
                && !now.log().contains(last)) {
            sim.reached(SUFFIX_OVERWRITTEN);
        }
        if (now.configurationIndex() < before.configurationIndex()) {
            sim.reached(CONFIGURATION_TRUNCATED);
        }
    }

    private void compareTransfers(Seen before, Seen now) {
        if (before.transfers() && !now.transfers() && now.role() == Replica.Role.LEADER) {
            sim.reached(TRANSFER_GIVEN_UP);
        }
        if (!before.waits() && now.waits()) {
            sim.reached(TRANSFER_WAITED);
        }
        if (before.transfers() && now.role() != Replica.Role.LEADER) {
            targets.put(now.server().term(), now.server().transfer().target());
        }
    }

    private void compareRoles(RaftServer server, Replica.Role before, Replica.Role now) {
        if (now == Replica.Role.LEADER && server.node.equals(targets.get(server.term()))) {
            sim.reached(TRANSFERRED);
        }
        if (now == Replica.Role.LEADER && !server.isConfigurationCommitted()) {
            sim.reached(LEADER_CHANGE_DURING_CHANGE);
        }
        if (now == Replica.Role.LEADER && server.configuration().isJoint()) {
            sim.reached(LEADER_CHANGE_WHILE_JOINT);
        }
        if (before == Replica.Role.LEADER && !server.configuration().isVoter(server.node)) {
            sim.reached(LEADER_REMOVED);
        }
    }
}
