package io.troupe.raft;

import java.util.Optional;

/** What must survive a crash besides the log (Figure 2, "Persistent state on all servers"). */
record HardState(long term, Optional<String> votedFor) {

    static final HardState INITIAL = new HardState(0, Optional.empty());

    /** A server votes for at most one candidate in a term (§5.2). */
    boolean mayVoteFor(String candidate) {
        return votedFor.isEmpty() || votedFor.get().equals(candidate);
    }
}
