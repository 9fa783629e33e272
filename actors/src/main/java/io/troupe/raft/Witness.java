package io.troupe.raft;

import io.troupe.replication.Replica;

/** Sees a server after each message it handled: how the paper's properties are checked from outside (Figure 3). */
@FunctionalInterface
interface Witness {

    Witness NOBODY = (server, role) -> {};

    void afterStep(RaftServer server, Replica.Role role);
}
