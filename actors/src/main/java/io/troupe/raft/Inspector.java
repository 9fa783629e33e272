package io.troupe.raft;

import io.troupe.replication.Replica;

/**
 * Sees a server after each message it handled, and before each of its commits: how the paper's properties are checked
 * from outside (Figure 3).
 */
@FunctionalInterface
interface Inspector {

    Inspector NOBODY = (server, role) -> {};

    void afterStep(RaftServer server, Replica.Role role);

    /** Everything through {@code index} is about to be committed; the server is as it was when that was decided. */
    default void beforeCommit(RaftServer server, long index) {}
}
