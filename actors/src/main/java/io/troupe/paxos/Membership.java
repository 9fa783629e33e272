package io.troupe.paxos;

import io.troupe.replication.Replica.Members;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who decides an instance, and who is told.
 *
 * @param acceptors by stable node id, each with the token that its votes must carry (see {@link Voter})
 * @param learners receive what is decided, and have no vote
 * @param phase2 acceptors that choose a value, however many there come to be; 0 for a majority. Phase 1 takes as many as
 *     intersect that ({@link Quorums}), so where acceptors are added or removed it is phase 1's quorum that changes; a membership
 *     with fewer acceptors than this is refused
 * @param window α: decided in instance i, a membership is in force from i + α on, and no instance is begun before the
 *     one α below it is decided (Paxos Made Simple, §3)
 */
record Membership(SortedMap<String, Long> acceptors, SortedSet<String> learners, int phase2, int window) {

    Membership {
        acceptors = Collections.unmodifiableSortedMap(new TreeMap<>(acceptors));
        learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
    }

    /** @throws IllegalArgumentException when there are no quorums of that size */
    static Membership founding(Set<String> nodes, int phase2, int window) {
        TreeMap<String, Long> acceptors = new TreeMap<>();
        nodes.forEach(node -> acceptors.put(node, 0L));
        Membership founding = new Membership(acceptors, new TreeSet<>(), phase2, window);
        if (!nodes.isEmpty()) {
            founding.quorums();
        }
        return founding;
    }

    boolean isKnown() {
        return !acceptors.isEmpty();
    }

    SortedSet<String> voters() {
        return new TreeSet<>(acceptors.keySet());
    }

    /** @throws IllegalArgumentException when there are no quorums of that size */
    Quorums quorums() {
        return phase2 == 0 ? Quorums.majorities(voters()) : Quorums.withPhase2(voters(), phase2);
    }

    /** Whether what {@code voter} says counts. */
    boolean counts(Voter voter) {
        Long token = acceptors.get(voter.node());
        return token != null && token == voter.token();
    }

    Members asMembers() {
        return new Members(voters(), learners);
    }

    SortedSet<String> members() {
        SortedSet<String> all = voters();
        all.addAll(learners);
        return all;
    }

    Membership with(String acceptor, long token) {
        TreeMap<String, Long> more = new TreeMap<>(acceptors);
        more.put(acceptor, token);
        TreeSet<String> others = new TreeSet<>(learners);
        others.remove(acceptor);
        return new Membership(more, others, phase2, window);
    }

    Membership withLearner(String node) {
        TreeSet<String> more = new TreeSet<>(learners);
        more.add(node);
        return new Membership(acceptors, more, phase2, window);
    }

    Membership without(String node) {
        TreeMap<String, Long> left = new TreeMap<>(acceptors);
        left.remove(node);
        TreeSet<String> others = new TreeSet<>(learners);
        others.remove(node);
        return new Membership(left, others, phase2, window);
    }
}
