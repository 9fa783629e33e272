package io.troupe.replication.ordering;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one replica knows of requests whose identifiers replicas make (§3.2.3). A request is <em>seen</em> when this replica
 * has proposed a candidate for it, and <em>accepted</em> when it knows its identifier.
 *
 * @param <R> names a request
 */
final class Candidates<R extends Comparable<R>> {

    private final String replica;
    /** Seen, not accepted: the candidate of this replica. */
    private final TreeMap<R, Uid> seen = new TreeMap<>();
    /** Accepted, not executed. */
    private final TreeMap<Uid, R> accepted = new TreeMap<>();
    /** The highest time of any candidate made here, or identifier accepted here: SEEN and ACCEPT of the paper. */
    private long highest;

    Candidates(String replica) {
        this.replica = replica;
    }

    /**
     * UID2: above every identifier that has been accepted here, and every candidate made here.
     *
     * @return cuid, the same when it is seen again
     */
    Uid see(R request) {
        return seen.computeIfAbsent(request, first -> new Uid(++highest, replica));
    }

    /** UID1: {@code uid} is not below this replica's candidate. */
    void accept(R request, Uid uid) {
        seen.remove(request);
        accepted.put(uid, request);
        highest = Math.max(highest, uid.time());
    }

    /** Its client has failed, and no replica has accepted it. */
    void forget(R request) {
        seen.remove(request);
    }

    List<R> seen() {
        return List.copyOf(seen.keySet());
    }

    /** Takes what is stable, in order: no request that is seen and not accepted has a candidate below it. */
    List<R> takeStable() {
        List<R> stable = new ArrayList<>();
        while (!accepted.isEmpty() && isStable(accepted.firstKey())) {
            Map.Entry<Uid, R> first = accepted.pollFirstEntry();
            stable.add(first.getValue());
        }
        return stable;
    }

    private boolean isStable(Uid uid) {
        return seen.values().stream().allMatch(candidate -> candidate.isAfter(uid));
    }
}
