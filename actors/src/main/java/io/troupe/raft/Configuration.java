package io.troupe.raft;

import io.troupe.replication.Replica.Members;
import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/**
 * Who belongs to the group. While {@code outgoing} is not empty the configuration is joint (§6): every
 * decision needs a majority of both sets. Without voters it is not known, and nothing can be decided.
 *
 * @param voters stable node ids of the voters, or of the incoming ones while joint
 * @param outgoing voters of the old configuration while joint, else empty
 * @param learners receive the log and never vote
 * @param witnesses those of the voters, incoming or outgoing, that keep index and term of each entry and nothing else; they
 *     count in every majority, and never lead
 */
record Configuration(
        SortedSet<String> voters, SortedSet<String> outgoing, SortedSet<String> learners, SortedSet<String> witnesses) {

    Configuration {
        voters = sorted(voters);
        outgoing = sorted(outgoing);
        learners = sorted(learners);
        witnesses = sorted(witnesses);
        if (voters.isEmpty() && !(outgoing.isEmpty() && learners.isEmpty())) {
            throw new IllegalArgumentException("A configuration has no voters, but outgoing ones " + outgoing
                    + " and learners " + learners + "; it needs at least one voter");
        }
        if (learners.stream().anyMatch(voters::contains)) {
            throw new IllegalArgumentException("A node is voter and learner at once: voters are " + voters
                    + ", learners are " + learners + "; it must be one of the two");
        }
        if (!all(voters, outgoing).containsAll(witnesses) || (!voters.isEmpty() && witnesses.containsAll(voters))) {
            throw new IllegalArgumentException("Witnesses are " + witnesses + ", voters are " + all(voters, outgoing)
                    + "; every witness must be a voter, and at least one voter no witness");
        }
    }

    Configuration(SortedSet<String> voters, SortedSet<String> outgoing, SortedSet<String> learners) {
        this(voters, outgoing, learners, new TreeSet<>());
    }

    private static SortedSet<String> all(SortedSet<String> voters, SortedSet<String> outgoing) {
        SortedSet<String> all = new TreeSet<>(voters);
        all.addAll(outgoing);
        return all;
    }

    /** What a server has that joins a group: its leader will tell it who belongs to it. */
    static final Configuration UNKNOWN = new Configuration(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());

    static Configuration of(Collection<String> voters) {
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("A group has no voters; it needs at least one");
        }
        return new Configuration(new TreeSet<>(voters), new TreeSet<>(), new TreeSet<>());
    }

    /** @param witnesses other nodes than the voters are left out */
    static Configuration of(Collection<String> voters, Collection<String> witnesses) {
        return new Configuration(of(voters).voters(), new TreeSet<>(), new TreeSet<>(), among(voters, witnesses));
    }

    private static SortedSet<String> among(Collection<String> voters, Collection<String> witnesses) {
        SortedSet<String> among = new TreeSet<>(witnesses);
        among.retainAll(voters);
        return among;
    }

    private static SortedSet<String> sorted(Collection<String> nodes) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
    }

    boolean isVoter(String node) {
        return voters.contains(node) || outgoing.contains(node);
    }

    boolean isWitness(String node) {
        return witnesses.contains(node);
    }

    boolean isJoint() {
        return !outgoing.isEmpty();
    }

    boolean isKnown() {
        return !voters.isEmpty();
    }

    boolean isMember(String node) {
        return isVoter(node) || learners.contains(node);
    }

    /** C_new, which follows C_old,new (§6). */
    Configuration withoutOutgoing() {
        return new Configuration(voters, new TreeSet<>(), learners, among(voters, witnesses));
    }

    /** The incoming ones, while joint. */
    Members asMembers() {
        return new Members(voters, learners, witnesses);
    }

    /** Everybody the leader replicates to, but {@code self}. */
    SortedSet<String> peersOf(String self) {
        SortedSet<String> peers = all(voters, outgoing);
        peers.addAll(learners);
        peers.remove(self);
        return peers;
    }

    boolean isQuorum(Set<String> nodes) {
        return isKnown() && new Majority(voters).isReachedBy(nodes) && new Majority(outgoing).isReachedBy(nodes);
    }

    /** Whether {@code refusals} make a quorum impossible. */
    boolean isLost(Set<String> refusals) {
        return new Majority(voters).isLostTo(refusals) || new Majority(outgoing).isLostTo(refusals);
    }

    /**
     * The highest index that a quorum has, at least one of them with the state: what witnesses alone knew of would be lost.
     */
    long indexOnQuorum(ToLongFunction<String> matchIndex) {
        if (!isKnown()) {
            return 0;
        }
        long majority = Math.min(
                new Majority(voters).indexOnQuorum(matchIndex), new Majority(outgoing).indexOnQuorum(matchIndex));
        return Math.min(majority, indexWithState(matchIndex));
    }

    private long indexWithState(ToLongFunction<String> matchIndex) {
        return votersWithState().stream().mapToLong(matchIndex).max().orElse(0);
    }

    SortedSet<String> votersWithState() {
        SortedSet<String> withState = new TreeSet<>(voters);
        withState.removeAll(witnesses);
        return withState;
    }
}
