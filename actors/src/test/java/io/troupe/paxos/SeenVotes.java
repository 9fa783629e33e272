package io.troupe.paxos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells observers of every vote, once, when it is first in an acceptor's log. What was learned from others is no vote. */
final class SeenVotes implements Witness {

    interface Observer {
        void onVote(PaxosServer server, Vote vote);

        /** A step of this replica is over; {@link #onVote} has told of its votes. */
        default void afterVotes(PaxosServer server) {}
    }

    private final List<Observer> observers;
    private final Map<PaxosServer, Map<Long, Ballot>> seen = new HashMap<>();
    private final Map<PaxosServer, Long> decidedBefore = new HashMap<>();

    SeenVotes(List<? extends Observer> observers) {
        this.observers = List.copyOf(observers);
    }

    @Override
    public void afterStep(PaxosServer server, Role role) {
        Map<Long, Ballot> known = seen.computeIfAbsent(server, any -> new HashMap<>());
        long from = decidedBefore.getOrDefault(server, 0L) + 1;
        for (Vote vote : server.log().from(from)) {
            boolean isNew = !vote.ballot().equals(known.put(vote.instance(), vote.ballot()));
            if (isNew && !vote.ballot().equals(Ballot.NONE)) {
                observers.forEach(observer -> observer.onVote(server, vote));
            }
        }
        decidedBefore.put(server, server.chosenThrough());
        observers.forEach(observer -> observer.afterVotes(server));
    }
}
