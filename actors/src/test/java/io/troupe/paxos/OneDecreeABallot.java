package io.troupe.paxos;

import java.util.HashMap;
import java.util.Map;

/** Paxos Made Simple, §2.2: no two proposals of one instance have the same number, so in one ballot one decree is proposed. */
final class OneDecreeABallot implements SeenVotes.Observer {

    private record Place(long instance, Ballot ballot) {}

    private final Map<Place, Decree> proposed = new HashMap<>();

    @Override
    public void onVote(PaxosServer server, Vote vote) {
        Decree other = proposed.putIfAbsent(new Place(vote.instance(), vote.ballot()), vote.decree());
        if (other != null && !other.equals(vote.decree())) {
            throw new AssertionError("in ballot " + vote.ballot() + " of instance " + vote.instance() + " "
                    + server.node + " votes for " + vote.decree() + ", and somebody else has for " + other);
        }
    }
}
