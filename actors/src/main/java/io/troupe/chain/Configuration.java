package io.troupe.chain;

import io.troupe.replication.Replica.Members;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who forms the chain in one epoch, from head to tail, as the master decided.
 *
 * @param epoch from 1, one higher with each change
 * @param chain at least one server
 * @param joining is no part of the chain yet, but receives what its last server has (§3)
 * @param members of the group: voters may form the chain, learners may join, and are no part of it; empty where it is not said
 *     who they are: in the founding epoch, and in groups of before members could change
 */
record Configuration(long epoch, List<String> chain, Optional<String> joining, Optional<Members> members) {

    Configuration {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("The chain of epoch " + epoch + " has no server; it must have one");
        }
    }

    /** Of the members that the group was founded with. */
    Configuration(long epoch, List<String> chain, Optional<String> joining) {
        this(epoch, chain, joining, Optional.empty());
    }

    static Configuration founding(List<String> servers) {
        return new Configuration(1, servers, Optional.empty());
    }

    /** The first: no master has decided it. */
    boolean isFounding() {
        return epoch == 1;
    }

    /** The same, as the master knows it, which says who the members are. */
    Configuration withFounders() {
        return new Configuration(epoch, chain, joining, Optional.of(membersOr(chain)));
    }

    String head() {
        return chain.get(0);
    }

    String last() {
        return chain.get(chain.size() - 1);
    }

    boolean hasMember(String node) {
        return chain.contains(node);
    }

    boolean isJoining(String node) {
        return joining.filter(node::equals).isPresent();
    }

    /** A voter of the group; anybody, where it is not said who they are. */
    boolean mayForm(String node) {
        return members.map(now -> now.voters().contains(node)).orElse(true);
    }

    /** A voter or a learner of the group; anybody, where it is not said who they are. */
    boolean mayJoin(String node) {
        return members.map(now -> now.has(node)).orElse(true);
    }

    /** Of the group; those that it was founded with, where it is not said who they are. */
    Members membersOr(Collection<String> founders) {
        return members.orElseGet(() -> new Members(new TreeSet<>(founders), new TreeSet<>()));
    }

    /** Members of the group, and servers of the chain, which may have to stay a while longer: see {@link #ofMembers}. */
    SortedSet<String> everybody(List<String> founders) {
        SortedSet<String> all = new TreeSet<>(chain);
        joining.ifPresent(all::add);
        Members group = membersOr(founders);
        all.addAll(group.voters());
        all.addAll(group.learners());
        return all;
    }

    private Configuration next(List<String> nextChain, Optional<String> nextJoining) {
        return new Configuration(epoch + 1, nextChain, nextJoining, members);
    }

    /** The chain without a server that failed, the others in their order; as it is when nobody else is left. */
    Configuration without(String node) {
        if (isJoining(node)) {
            return next(chain, Optional.empty());
        }
        List<String> others = only(chain, server -> !server.equals(node));
        boolean changes = hasMember(node) && !others.isEmpty();
        return changes ? next(others, joining) : this;
    }

    /** The same in another epoch, for a server of it that was in this one and came back; as it is for any other. */
    Configuration renewedFor(String node) {
        return hasMember(node) || isJoining(node) ? next(chain, joining) : this;
    }

    /** A server of the chain goes before all others, which keep their order; as it is when it is the head, or none of them. */
    Configuration ledBy(String node) {
        if (!hasMember(node) || head().equals(node)) {
            return this;
        }
        List<String> reordered = new ArrayList<>(chain);
        reordered.remove(node);
        reordered.add(0, node);
        return next(reordered, joining);
    }

    /**
     * One at a time joins, and before a learner a voter. As it is when another does, or the node is in the chain or does not
     * belong to the group.
     */
    Configuration withJoining(String node) {
        boolean isFree = joining.isEmpty() || (mayForm(node) && !mayForm(joining.get()));
        return isFree && mayJoin(node) && !hasMember(node) ? next(chain, Optional.of(node)) : this;
    }

    /** Who was joining is the new tail; as it is when it was another, or is a learner. */
    Configuration extendedBy(String node) {
        if (!isJoining(node) || !mayForm(node)) {
            return this;
        }
        List<String> longer = new ArrayList<>(chain);
        longer.add(node);
        return next(staying(longer), Optional.empty());
    }

    /**
     * The group has these members now, and nobody else is in the chain; but when there are none of them in it, the servers that
     * are stay until one is: what they have nobody else has.
     */
    Configuration ofMembers(Members now) {
        var changed = new Configuration(epoch + 1, chain, joining, Optional.of(now));
        return new Configuration(
                changed.epoch, changed.staying(chain), joining.filter(changed::mayJoin), changed.members);
    }

    private List<String> staying(List<String> servers) {
        List<String> voters = only(servers, this::mayForm);
        return voters.isEmpty() ? servers : voters;
    }

    private static List<String> only(List<String> servers, Predicate<String> which) {
        return servers.stream().filter(which).toList();
    }
}
