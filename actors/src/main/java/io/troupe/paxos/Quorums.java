package io.troupe.paxos;

import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How many acceptors make a quorum, in each phase of its own (Howard, Malkhi and Spiegelman, <em>Flexible Paxos: Quorum
 * Intersection Revisited</em>, OPODIS 2016, §3): only a quorum of phase 1 and one of phase 2 must have an acceptor in
 * common; two of the same phase need not.
 *
 * @param acceptors stable node ids
 * @param phase1 acceptors that must promise before a ballot may propose
 * @param phase2 acceptors that must accept before a value is chosen
 */
public record Quorums(SortedSet<String> acceptors, int phase1, int phase2) {

    /** @throws IllegalArgumentException when a quorum of phase 1 and one of phase 2 could miss each other */
    public Quorums {
        acceptors = Collections.unmodifiableSortedSet(new TreeSet<>(acceptors));
        int count = acceptors.size();
        if (phase1 < 1 || phase1 > count || phase2 < 1 || phase2 > count) {
            throw new IllegalArgumentException("quorums of " + phase1 + " (phase 1) and " + phase2 + " (phase 2) of "
                    + count + " acceptors are asked for; each must be from 1 to " + count);
        }
        if (!intersect(phase1, phase2, count)) {
            throw new IllegalArgumentException("quorums of " + phase1 + " (phase 1) and " + phase2 + " (phase 2) of "
                    + count + " acceptors need not intersect; together they must be more than " + count);
        }
    }

    /** Whether any quorums of these sizes have an acceptor in common. */
    static boolean intersect(int phase1, int phase2, int count) {
        return phase1 + phase2 > count;
    }

    static int majority(int count) {
        return count / 2 + 1;
    }

    /** The smallest quorum of phase 1 that none of phase 2 can miss. */
    static int leastPhase1(int phase2, int count) {
        return count - phase2 + 1;
    }

    /** As in the papers before: any majority, in either phase. */
    public static Quorums majorities(Set<String> acceptors) {
        int majority = majority(acceptors.size());
        return new Quorums(new TreeSet<>(acceptors), majority, majority);
    }

    /** Phase 2 with that many acceptors, and phase 1 with as few as this leaves. */
    public static Quorums withPhase2(Set<String> acceptors, int phase2) {
        return new Quorums(new TreeSet<>(acceptors), leastPhase1(phase2, acceptors.size()), phase2);
    }

    /** Of phase 1 no fewer than {@code least}, if there are so many: larger ones intersect as these do. */
    Quorums withPhase1AtLeast(int least) {
        return new Quorums(acceptors, Math.max(phase1, Math.min(least, acceptors.size())), phase2);
    }

    public boolean isPhase1(Set<String> promised) {
        return count(promised) >= phase1;
    }

    public boolean isPhase2(Set<String> accepted) {
        return count(accepted) >= phase2;
    }

    private int count(Set<String> nodes) {
        int count = 0;
        for (String node : nodes) { // Once an instance and vote, so no stream.
            count += acceptors.contains(node) ? 1 : 0;
        }
        return count;
    }
}
