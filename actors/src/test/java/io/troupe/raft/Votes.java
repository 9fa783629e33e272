package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * §5.2: each server votes for at most one candidate in a given term, also when it crashes in between; and a candidate wins
 * an election with the votes of a majority in its own term, of both majorities while its configuration is joint (§6). A vote counts as cast when it is durable, for not before does
 * it leave its server.
 */
final class Votes implements Inspector {

    private record Ballot(long term, String voter) implements Comparable<Ballot> {
        @Override
        public int compareTo(Ballot other) {
            int byTerm = Long.compare(term, other.term);
            return byTerm != 0 ? byTerm : voter.compareTo(other.voter);
        }
    }

    private final TreeMap<Ballot, String> cast = new TreeMap<>();
    private final Map<Long, String> elected = new TreeMap<>();

    @Override
    public void afterStep(RaftServer server, Replica.Role role) {
        HardState durable = server.durableHardState();
        durable.votedFor().ifPresent(candidate -> record(new Ballot(durable.term(), server.node), candidate));
        if (role == Replica.Role.LEADER && elected.putIfAbsent(server.term(), server.node) == null) {
            checkElected(server);
        }
    }

    private void record(Ballot ballot, String candidate) {
        String other = cast.putIfAbsent(ballot, candidate);
        if (other != null && !other.equals(candidate)) {
            throw new AssertionError(
                    ballot.voter() + " voted in term " + ballot.term() + " for " + other + " and for " + candidate);
        }
    }

    private void checkElected(RaftServer leader) {
        TreeSet<String> votes = new TreeSet<>();
        cast.forEach((ballot, candidate) -> {
            if (ballot.term() == leader.term() && candidate.equals(leader.node)) {
                votes.add(ballot.voter());
            }
        });
        if (!Quorums.isQuorum(leader.configuration(), votes)) {
            throw new AssertionError(leader.node + " leads term " + leader.term() + " with the votes of " + votes
                    + ", which is no quorum of " + leader.configuration());
        }
    }
}
