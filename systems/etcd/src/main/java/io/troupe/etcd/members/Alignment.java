package io.troupe.etcd.members;

import io.etcd.jetcd.api.Member;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Members;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The next step that brings the roster and the consensus group in line. */
final class Alignment {

    /**
     * A node that can be reached now.
     *
     * @param peerUrl as etcd writes it; empty when it has none
     * @param clientUrls empty when it does not serve clients yet
     */
    record Heard(String node, String peerUrl, List<String> clientUrls) {}

    sealed interface Step permits Found, Start, Promoted, Change {}

    /** The roster lacks a node that the group was set up with. */
    record Found(String node) implements Step {}

    /** A member's node was heard for the first time, or serves clients elsewhere than it did. */
    record Start(Member member) implements Step {}

    /** A member votes in the group already. */
    record Promoted(long id) implements Step {}

    /** The group is to change. */
    record Change(MemberChange change) implements Step {}

    private Alignment() {}

    /** @param hosts what peer URLs are compared by where their texts differ */
    static Optional<Step> next(Roster roster, Members group, List<Heard> heard, UnaryOperator<String> hosts) {
        SortedSet<String> nodes = new TreeSet<>(group.voters());
        nodes.addAll(group.learners());
        return first(nodes, node -> forNode(roster, node)).or(() -> {
            var byNode = new TreeMap<String, Heard>();
            heard.forEach(one -> byNode.put(one.node(), one));
            return first(roster.members(), member -> forMember(roster, member, group, byNode, hosts));
        });
    }

    private static <T> Optional<Step> first(Iterable<T> all, Function<T, Optional<Step>> step) {
        for (T one : all) {
            Optional<Step> needed = step.apply(one);
            if (needed.isPresent()) {
                return needed;
            }
        }
        return Optional.empty();
    }

    private static Optional<Step> forNode(Roster roster, String node) {
        if (roster.isRemoved(node)) {
            return Optional.of(new Change(MemberChange.remove(node)));
        }
        return roster.ofNode(node).isPresent() ? Optional.empty() : Optional.of(new Found(node));
    }

    private static Optional<Step> forMember(
            Roster roster, Member member, Members group, TreeMap<String, Heard> heard, UnaryOperator<String> hosts) {
        String node = member.getName();
        if (node.isEmpty()) {
            return heard.values().stream()
                    .filter(one -> roster.ofNode(one.node()).isEmpty() && isAt(member, one, hosts))
                    .map(one -> (Step) new Start(started(member, one)))
                    .findFirst();
        }
        Heard own = heard.get(node);
        if (own != null && !own.clientUrls().isEmpty() && !own.clientUrls().equals(member.getClientURLsList())) {
            return Optional.of(new Start(started(member, own)));
        }
        if (group.voters().contains(node)) {
            return member.getIsLearner() ? Optional.of(new Promoted(member.getID())) : Optional.empty();
        }
        if (!group.learners().contains(node)) {
            return Optional.of(new Change(MemberChange.addLearner(node)));
        }
        return member.getIsLearner() ? Optional.empty() : Optional.of(new Change(MemberChange.promote(node)));
    }

    private static boolean isAt(Member member, Heard one, UnaryOperator<String> hosts) {
        List<String> urls = member.getPeerURLsList();
        return urls.contains(one.peerUrl())
                || urls.stream().anyMatch(url -> hosts.apply(url).equals(hosts.apply(one.peerUrl())));
    }

    private static Member started(Member member, Heard heard) {
        return Member.newBuilder()
                .setID(member.getID())
                .setName(heard.node())
                .addAllClientURLs(heard.clientUrls())
                .build();
    }
}
