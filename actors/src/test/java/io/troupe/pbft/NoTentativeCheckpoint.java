package io.troupe.pbft;

import java.util.HashMap;
import java.util.Map;

/** §5.1: the state of a checkpoint that a replica has taken reflects what has committed, and nothing else. */
final class NoTentativeCheckpoint implements Inspector {

    /** How far a life of a replica has come: in its execution, or by a state of others or of an earlier life. */
    private final Map<Core, Long> committed = new HashMap<>();

    @Override
    public void afterStep(Core core) {
        long through = committed.computeIfAbsent(core, begun -> begun.ledger.latestStateSequence());
        through = Math.max(through, core.executed());
        committed.put(core, through);
        if (core.ledger.latestStateSequence() > through) {
            throw new AssertionError(core.node + " has a checkpoint at " + core.ledger.latestStateSequence()
                    + ", and what it has executed for good ends at " + through);
        }
    }
}
