package io.troupe.paxos;

import java.util.HashMap;
import java.util.Map;

/**
 * Paxos Made Simple, §2.5: a proposer begins every proposal with a number higher than any it has used, crashes included. It
 * is used when it is durable, for then others are told.
 */
final class BallotsAreUsedOnce implements Witness {

    private final Map<Ballot, Phase1> used = new HashMap<>();

    @Override
    public void afterStep(PaxosServer server, Role role) {
        if (role instanceof Candidate candidate) {
            check(server, candidate.phase1());
        } else if (role instanceof Leader leader) {
            check(server, leader.phase1());
        }
    }

    private void check(PaxosServer server, Phase1 phase1) {
        if (phase1.ballot().isAfter(server.durablePledge().promised())) {
            return;
        }
        Phase1 other = used.putIfAbsent(phase1.ballot(), phase1);
        if (other != null && other != phase1) {
            throw new AssertionError("ballot " + phase1.ballot() + " was begun twice");
        }
    }

    int ballots() {
        return used.size();
    }
}
