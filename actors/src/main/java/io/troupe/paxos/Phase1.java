package io.troupe.paxos;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The promises that one ballot has, for all instances from {@link #from} on (Paxos Made Simple, §2.2 and §3). Promises may
 * come after the ballot has begun to propose: those of members of a later instance.
 */
final class Phase1 {

    /** How far one acceptor has told what it has voted for. */
    static final class Told {
        /** Through this instance, or it is decided. */
        long through;
        /** Parts beyond a gap: the last instance of each, by its first. */
        final TreeMap<Long, Long> ahead = new TreeMap<>();

        Told(long through) {
            this.through = through;
        }

        void add(PaxosMessage.Promise part) {
            through = Math.max(through, part.chosenThrough());
            ahead.merge(part.first(), part.last(), Math::max);
            while (!ahead.isEmpty() && ahead.firstKey() - 1 <= through) {
                through = Math.max(through, ahead.pollFirstEntry().getValue());
            }
        }

        boolean isAll() {
            return through == PaxosMessage.Promise.END;
        }
    }

    private final Ballot ballot;
    private final long from;
    private final int quorumLeast;
    private final Map<Voter, Told> told = new HashMap<>();
    private final Set<Voter> promised = new HashSet<>();
    private final TreeMap<Long, Vote> highest = new TreeMap<>();
    private long chosenThrough;
    private String furthest = "";

    /** @param quorumLeast promises that are to be waited for, also where fewer intersect every quorum of phase 2 */
    Phase1(Ballot ballot, long from, int quorumLeast) {
        this.ballot = ballot;
        this.from = from;
        this.quorumLeast = quorumLeast;
    }

    Ballot ballot() {
        return ballot;
    }

    long from() {
        return from;
    }

    /** The furthest that any of those that promised knows instances to be decided. */
    long chosenThrough() {
        return chosenThrough;
    }

    /** Who knows it. */
    String furthest() {
        return furthest;
    }

    boolean hasPromised(Voter voter) {
        return promised.contains(voter);
    }

    /** A promise counts when all of its parts have come. */
    void add(PaxosMessage.Promise part) {
        if (!part.ballot().equals(ballot)) {
            return;
        }
        part.votes().forEach(this::add);
        Told toldBefore = told.computeIfAbsent(part.from(), voter -> new Told(from - 1));
        toldBefore.add(part);
        if (toldBefore.isAll()) {
            promised.add(part.from());
        }
        if (part.chosenThrough() > chosenThrough) {
            chosenThrough = part.chosenThrough();
            furthest = part.from().node();
        }
    }

    private void add(Vote vote) {
        highest.merge(vote.instance(), vote, Phase1::higher);
    }

    private static Vote higher(Vote one, Vote other) {
        return other.ballot().isAfter(one.ballot()) ? other : one;
    }

    /** Of each membership that there comes to be, whoever its members are. */
    Quorums quorums(Membership membership) {
        return membership.quorums().withPhase1AtLeast(quorumLeast);
    }

    /** Whether this ballot may propose where {@code membership} decides. */
    boolean isComplete(Membership membership) {
        TreeSet<String> counted = new TreeSet<>();
        promised.stream().filter(membership::counts).map(Voter::node).forEach(counted::add);
        return membership.isKnown() && quorums(membership).isPhase1(counted);
    }

    boolean isComplete(Collection<Membership> memberships) {
        return memberships.stream().allMatch(this::isComplete);
    }

    /** §2.2, P2c: what must be proposed in this instance; empty when the choice is free. */
    Optional<Decree> mustPropose(long instance) {
        return Optional.ofNullable(highest.get(instance)).map(Vote::decree);
    }

    /** The last instance in which anybody has voted; 0 when nobody has. */
    long lastVoted() {
        return highest.isEmpty() ? 0 : highest.lastKey();
    }
}
