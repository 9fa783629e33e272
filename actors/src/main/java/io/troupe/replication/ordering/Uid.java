package io.troupe.replication.ordering;

import java.util.Comparator;

/**
 * A request's unique identifier: requests are executed in this order on all replicas (§3.2).
 *
 * @param time of a logical or a real clock, or a replica's number
 * @param by whose it is; tells equal times apart
 */
public record Uid(long time, String by) implements Comparable<Uid> {

    private static final Comparator<Uid> ORDER =
            Comparator.comparingLong(Uid::time).thenComparing(Uid::by);

    @Override
    public int compareTo(Uid other) {
        return ORDER.compare(this, other);
    }

    boolean isAfter(Uid other) {
        return compareTo(other) > 0;
    }
}
