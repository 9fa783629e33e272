package io.troupe.paxos;

import java.util.HashMap;
import java.util.Map;

/** Paxos Made Simple, §2.2, P1a: an acceptor that has promised a ballot votes in no lower one, and promises no lower one. */
final class PromiseIsKept implements SeenVotes.Observer {

    private record Life(PaxosServer server, Ballot promised) {}

    private final Map<Voter, Life> promised = new HashMap<>();

    @Override
    public void onVote(PaxosServer server, Vote vote) {
        Life before = promised.get(server.voter());
        if (before != null && before.server() == server && before.promised().isAfter(vote.ballot())) {
            throw new AssertionError(server.node + " votes in " + vote + ", but has promised " + before.promised());
        }
    }

    @Override
    public void afterVotes(PaxosServer server) {
        Life before =
                promised.put(server.voter(), new Life(server, server.pledge().promised()));
        boolean goesBack = before != null
                && before.server() == server
                && before.promised().isAfter(server.pledge().promised());
        if (goesBack) {
            throw new AssertionError(
                    server.node + " promised " + server.pledge().promised() + " after " + before.promised());
        }
    }
}
