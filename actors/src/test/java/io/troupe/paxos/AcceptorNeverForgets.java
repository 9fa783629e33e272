package io.troupe.paxos;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Paxos Made Simple, §2.5: what an acceptor took for durable before a crash, its disk gives back after it. */
final class AcceptorNeverForgets implements SeenVotes.Observer {

    private record Durable(PaxosServer server, Pledge pledge, List<Vote> votes) {}

    private final Map<Voter, Durable> lives = new HashMap<>();

    @Override
    public void onVote(PaxosServer server, Vote vote) {}

    @Override
    public void afterVotes(PaxosServer server) {
        Durable before = lives.get(server.voter());
        if (before != null && before.server() != server) {
            check(server, before);
        }
        boolean isNew = before == null || before.server() != server;
        if (server.isDurable() || isNew) {
            List<Vote> open = server.log().from(server.chosenThrough() + 1);
            lives.put(server.voter(), new Durable(server, server.durablePledge(), open));
        } else {
            lives.put(server.voter(), new Durable(server, server.durablePledge(), before.votes()));
        }
    }

    private static void check(PaxosServer recovered, Durable before) {
        if (before.pledge().promised().isAfter(recovered.pledge().promised())) {
            throw new AssertionError(recovered.node + " came back with the promise of "
                    + recovered.pledge().promised() + ", but took that of "
                    + before.pledge().promised() + " for durable");
        }
        for (Vote vote : before.votes()) {
            boolean isKept = vote.instance() <= recovered.chosenThrough()
                    || recovered
                            .log()
                            .get(vote.instance())
                            .filter(kept -> !vote.ballot().isAfter(kept.ballot())
                                    || kept.ballot().equals(Ballot.NONE))
                            .isPresent();
            if (!isKept) {
                throw new AssertionError(recovered.node + " came back without " + vote + ", which it took for durable");
            }
        }
    }
}
