package io.troupe.paxos;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A learner is promoted when it has caught up (as in Raft: thesis §4.2.1): it has learned, at the least, the decree by which it
 * became one.
 */
final class LearnersHaveCaughtUp implements SeenVotes.Observer {

    /** By the first instance that each decides. */
    private final TreeMap<Long, Membership> memberships = new TreeMap<>();
    /** What each node has known to be decided, in any life. */
    private final Map<String, Long> known = new HashMap<>();

    private int promotions;

    /** How many leaders proposed. */
    int promotions() {
        return promotions;
    }

    @Override
    public void onVote(PaxosServer server, Vote vote) {
        boolean isOwn = vote.ballot().node().equals(server.node);
        if (isOwn && vote.decree() instanceof Decree.Reconfigure change) {
            Membership before = server.memberships().latest();
            before.learners().stream()
                    .filter(change.membership().acceptors()::containsKey)
                    .forEach(learner -> promotes(server, learner));
        }
    }

    private void promotes(PaxosServer leader, String learner) {
        promotions++;
        long added = addedIn(learner, leader.memberships());
        long through = known.getOrDefault(learner, 0L);
        if (through < added) {
            throw new AssertionError("leader " + leader.node + " promoted " + learner
                    + ", which knows what is decided through " + through + ", and was made a learner in " + added);
        }
    }

    /** The instance that made it a learner, as which it is known ever since. */
    private long addedIn(String learner, Memberships now) {
        long from = now.latestFrom();
        for (Map.Entry<Long, Membership> earlier :
                memberships.headMap(from, false).descendingMap().entrySet()) {
            if (!earlier.getValue().learners().contains(learner)) {
                break;
            }
            from = earlier.getKey();
        }
        return from - now.latest().window();
    }

    @Override
    public void afterVotes(PaxosServer server) {
        memberships.put(server.memberships().latestFrom(), server.memberships().latest());
        known.merge(server.node, server.chosenThrough(), Math::max);
    }
}
