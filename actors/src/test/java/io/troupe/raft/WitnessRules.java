package io.troupe.raft;

import io.troupe.replication.Replica;

/** A witness never leads nor stands, and holds no command. */
final class WitnessRules implements Inspector {

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        if (!server.isWitness()) {
            return;
        }
        if (role == Replica.Role.LEADER || role == Replica.Role.CANDIDATE) {
            throw new AssertionError("witness " + server.node + " is " + role + " in term " + server.term());
        }
        LogView log = server.log();
        if (log.lastIndex() > log.base().index()
                && log.get(log.lastIndex()).payload() instanceof Entry.Command command) {
            throw new AssertionError("witness " + server.node + " holds " + command);
        }
    }
}
