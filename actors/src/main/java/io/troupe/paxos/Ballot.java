package io.troupe.paxos;

import java.util.Comparator;

/**
 * A ballot number (The Part-Time Parliament, §2.1; "proposal number" in Paxos Made Simple, §2.2): ordered by round, then by
 * the node that began it, so that no two nodes ever have the same one.
 *
 * @param round 0 only in {@link #NONE}. The low 16 bits are drawn from the node's id, so that rounds alone tell the ballots of
 *     different nodes apart as well, but for one chance in 65,536: what shows a round as its term needs that, and safety does
 *     not
 * @param node stable id of the node whose ballot it is
 */
public record Ballot(long round, String node) implements Comparable<Ballot> {

    /** Lower than every ballot; what an acceptor has promised before it has promised anything. */
    public static final Ballot NONE = new Ballot(0, "");

    private static final int NODE_BITS = 16;
    private static final int NODE_MASK = (1 << NODE_BITS) - 1;

    private static final Comparator<Ballot> ORDER =
            Comparator.comparingLong(Ballot::round).thenComparing(Ballot::node);

    public boolean isAfter(Ballot other) {
        return compareTo(other) > 0;
    }

    /** A ballot of {@code node} that is higher than this one. */
    public Ballot next(String node) {
        long attempt = (round >> NODE_BITS) + 1;
        return new Ballot(attempt << NODE_BITS | node.hashCode() & NODE_MASK, node);
    }

    @Override
    public int compareTo(Ballot other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return round + "." + node;
    }
}
