package io.troupe.paxos;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Paxos Made Simple, §2.1: only a single value is chosen, and a process never learns that a value has been chosen unless it
 * actually has been: by a quorum of phase 2, in one ballot, of those who decide that instance (§3: the membership decided α
 * instances before, unless another was not yet in force then). Who that is, is found out here, from what is decided alone.
 */
final class OneValueAnInstance implements SeenVotes.Observer {

    private record Place(long instance, Ballot ballot) {}

    private final Map<Place, TreeMap<String, Voter>> votes = new HashMap<>();
    private final TreeMap<Long, Decree> chosen = new TreeMap<>();
    private final TreeMap<Long, Membership> memberships = new TreeMap<>();
    private final Map<PaxosServer, Long> learned = new HashMap<>();
    private int changes;

    OneValueAnInstance(Membership founding) {
        memberships.put(0L, founding);
    }

    long chosenThrough() {
        return chosen.isEmpty() ? 0 : chosen.lastKey();
    }

    int changes() {
        return changes;
    }

    Membership latest() {
        return memberships.lastEntry().getValue();
    }

    @Override
    public void onVote(PaxosServer server, Vote vote) {
        votes.computeIfAbsent(new Place(vote.instance(), vote.ballot()), place -> new TreeMap<>())
                .put(server.node + "#" + server.voter().token(), server.voter());
    }

    @Override
    public void afterVotes(PaxosServer server) {
        long from = learned.getOrDefault(server, server.snapshot().index());
        for (long i = Math.max(from, server.log().base()) + 1; i <= server.chosenThrough(); i++) {
            learns(server, server.log().get(i).orElseThrow());
        }
        learned.put(server, server.chosenThrough());
    }

    private void learns(PaxosServer server, Vote vote) {
        Decree known = chosen.get(vote.instance());
        if (known == null) {
            requireQuorum(server, vote);
            chosen.put(vote.instance(), vote.decree());
            if (vote.decree() instanceof Decree.Reconfigure reconfigure && vote.instance() >= memberships.lastKey()) {
                changes++;
                memberships.put(vote.instance() + membershipAt(vote.instance()).window(), reconfigure.membership());
            }
        } else if (!known.equals(vote.decree())) {
            throw new AssertionError(server.node + " takes " + vote.decree() + " for decided in instance "
                    + vote.instance() + "; what was decided is " + known);
        }
    }

    private Membership membershipAt(long instance) {
        return memberships.floorEntry(instance).getValue();
    }

    private void requireQuorum(PaxosServer server, Vote vote) {
        Membership membership = membershipAt(vote.instance());
        TreeSet<String> nodes = new TreeSet<>();
        votes.getOrDefault(new Place(vote.instance(), vote.ballot()), new TreeMap<>())
                .values()
                .forEach(voter -> {
                    if (membership.counts(voter)) {
                        nodes.add(voter.node());
                    }
                });
        int needed = membership.phase2() == 0 ? membership.acceptors().size() / 2 + 1 : membership.phase2();
        if (nodes.size() < needed) {
            throw new AssertionError(server.node + " takes " + vote + " for decided, for which " + nodes
                    + " have voted, no quorum of " + membership);
        }
    }
}
