package io.troupe.paxos;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The master's rounds of confirmation, and the lease that they give (Paxos Made Live, §5.2). A round is confirmed when a quorum
 * of phase 2 has answered a message sent in it or later: then no other ballot had completed phase 1 when it began. And for
 * the acceptors' grant, counted from when the round began, none will have: by this node's clock for {@code
 * PaxosSettings.leaseAtMaster()}, which is the grant less what two clocks may drift apart in it.
 *
 * <p>A membership that is decided after the round has granted nothing: its acceptors may know what is decided without ever
 * having heard the master itself, and elect another. So the lease stands again when a round is confirmed by it, too.
 */
final class MasterLease {

    private static final int ROUNDS_MAX = 1_000;

    private final LongSupplier nanoClock;
    private final long leaseNanos;
    private final TreeMap<Long, Long> begun = new TreeMap<>();
    private final TreeMap<Voter, Long> answered =
            new TreeMap<>(java.util.Comparator.comparing(Voter::node).thenComparing(Voter::token));
    private long round;
    private long confirmed;
    private long confirmedAtNanos;
    private List<Membership> confirmedBy = List.of();
    private boolean released;

    MasterLease(PaxosSettings settings, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.leaseNanos = settings.leaseAtMaster().toNanos();
    }

    /** Messages carry it from now on. */
    long begin() {
        begun.put(++round, nanoClock.getAsLong());
        while (begun.size() > ROUNDS_MAX) {
            begun.pollFirstEntry();
        }
        return round;
    }

    long round() {
        return round;
    }

    /** The last confirmed round. */
    long confirmed() {
        return confirmed;
    }

    /**
     * @param memberships all that decide instances from the first open one on
     * @return whether a later round is confirmed now
     */
    boolean onAnswer(Voter voter, long answeredRound, Collection<Membership> memberships) {
        answered.merge(voter, answeredRound, Math::max);
        long before = confirmed;
        for (long candidate : begun.tailMap(confirmed, false).keySet()) {
            if (!memberships.stream().allMatch(membership -> isConfirmed(membership, candidate))) {
                break;
            }
            confirmed = candidate;
            confirmedAtNanos = begun.getOrDefault(candidate, confirmedAtNanos);
            confirmedBy = List.copyOf(memberships);
        }
        begun.headMap(confirmed, true).clear();
        return confirmed > before;
    }

    private boolean isConfirmed(Membership membership, long candidate) {
        TreeSet<String> nodes = new TreeSet<>();
        answered.forEach((voter, last) -> {
            if (last >= candidate && membership.counts(voter)) {
                nodes.add(voter.node());
            }
        });
        return membership.isKnown() && membership.quorums().isPhase2(nodes);
    }

    /**
     * Whether nobody else can be master now.
     *
     * @param memberships all that decide instances from the first open one on
     */
    boolean isHeld(Collection<Membership> memberships) {
        return !released
                && confirmed > 0
                && nanoClock.getAsLong() - confirmedAtNanos < leaseNanos
                && confirmedBy.containsAll(memberships);
    }

    /** For ever: before it asks another to take over. */
    void release() {
        released = true;
    }
}
