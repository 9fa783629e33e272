package io.troupe.raft;

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
 */
record Configuration(SortedSet<String> voters, SortedSet<String> outgoing, SortedSet<String> learners) {

    Configuration {
        voters = sorted(voters);
        outgoing = sorted(outgoing);
        learners = sorted(learners);
        if (voters.isEmpty() && !(outgoing.isEmpty() && learners.isEmpty())) {
            throw new IllegalArgumentException("A configuration has no voters, but outgoing ones " + outgoing
                    + " and learners " + learners + "; it needs at least one voter");
        }
        if (learners.stream().anyMatch(voters::contains)) {
            throw new IllegalArgumentException("A node is voter and learner at once: voters are " + voters
                    + ", learners are " + learners + "; it must be one of the two");
        }
    }

    /** What a server has that joins a group: its leader will tell it who belongs to it. */
    static final Configuration UNKNOWN = new Configuration(new TreeSet<>(), new TreeSet<>(), new TreeSet<>());

    static Configuration of(Collection<String> voters) {
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("A group has no voters; it needs at least one");
        }
        return new Configuration(new TreeSet<>(voters), new TreeSet<>(), new TreeSet<>());
    }

    private static SortedSet<String> sorted(Collection<String> nodes) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
    }

    boolean isVoter(String node) {
        return voters.contains(node) || outgoing.contains(node);
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
        return new Configuration(voters, new TreeSet<>(), learners);
    }

    /** Everybody the leader replicates to, but {@code self}. */
    SortedSet<String> peersOf(String self) {
        SortedSet<String> peers = new TreeSet<>(voters);
        peers.addAll(outgoing);
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

    long indexOnQuorum(ToLongFunction<String> matchIndex) {
        return !isKnown()
                ? 0
                : Math.min(
                        new Majority(voters).indexOnQuorum(matchIndex),
                        new Majority(outgoing).indexOnQuorum(matchIndex));
    }
}
