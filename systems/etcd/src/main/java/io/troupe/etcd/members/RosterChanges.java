package io.troupe.etcd.members;

import io.etcd.jetcd.api.Member;
import io.troupe.etcd.EtcdError;
import java.util.List;
import java.util.Optional;

/** From one roster to the next, by etcd's rules and in the order etcd asks them. */
public final class RosterChanges {

    /** etcd's default. */
    private static final int LEARNERS_MAX = 1;

    private RosterChanges() {}

    public sealed interface Outcome permits Changed, Refused {}

    public record Changed(Roster roster) implements Outcome {}

    public record Refused(EtcdError error) implements Outcome {}

    private static Outcome refused(EtcdError error) {
        return new Refused(error);
    }

    /** A node that the cluster was set up with. What is known already stays. */
    public static Outcome found(Roster roster, long clusterId, Member founder) {
        Roster named = roster.clusterId() == 0 ? roster.inCluster(clusterId) : roster;
        boolean known = roster.member(founder.getID()).isPresent()
                || roster.ofNode(founder.getName()).isPresent()
                || roster.removed().containsKey(founder.getID());
        return new Changed(known ? named : named.with(founder));
    }

    /** A member's node has been heard: its name, and where clients reach it. */
    public static Outcome started(Roster roster, Member heard) {
        Optional<Member> member = roster.member(heard.getID());
        boolean another = member.isEmpty()
                || roster.ofNode(heard.getName())
                        .filter(named -> named.getID() != heard.getID())
                        .isPresent();
        if (another) {
            return refused(EtcdError.MEMBER_NOT_FOUND);
        }
        return new Changed(roster.with(member.get().toBuilder()
                .setName(heard.getName())
                .clearClientURLs()
                .addAllClientURLs(heard.getClientURLsList())
                .build()));
    }

    /** @param strict refused, too, when a majority would not have started then */
    public static Outcome add(Roster roster, Member member, boolean strict) {
        if (strict && !member.getIsLearner() && !mayAddVoter(roster)) {
            return refused(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
        }
        if (roster.removed().containsKey(member.getID())) {
            return refused(EtcdError.MEMBER_NOT_FOUND);
        }
        if (roster.member(member.getID()).isPresent()) {
            return refused(EtcdError.MEMBER_EXISTS);
        }
        if (isTaken(roster, member)) {
            return refused(EtcdError.PEER_URL_EXISTS);
        }
        if (member.getIsLearner()
                && voters(roster).size() + LEARNERS_MAX <= roster.members().size()) {
            return refused(EtcdError.TOO_MANY_LEARNERS);
        }
        return new Changed(roster.with(member));
    }

    /** @param strict refused, too, when a majority of those left has not started; the last voter stays in any case */
    public static Outcome remove(Roster roster, long id, boolean strict) {
        Optional<Member> member = roster.member(id);
        boolean learner = member.map(Member::getIsLearner).orElse(false);
        if (!learner && !mayRemoveVoter(roster, id, strict)) {
            return refused(EtcdError.MEMBER_NOT_ENOUGH_STARTED);
        }
        return member.<Outcome>map(found -> new Changed(roster.without(found)))
                .orElseGet(() -> refused(EtcdError.MEMBER_NOT_FOUND));
    }

    public static Outcome update(Roster roster, long id, List<String> peerUrls) {
        Optional<Member> member = roster.member(id);
        if (member.isEmpty()) {
            return refused(EtcdError.MEMBER_NOT_FOUND);
        }
        Member updated = member.get().toBuilder()
                .clearPeerURLs()
                .addAllPeerURLs(peerUrls)
                .build();
        return isTaken(roster, updated) ? refused(EtcdError.PEER_URL_EXISTS) : new Changed(roster.with(updated));
    }

    /** The consensus group has let the learner vote. */
    public static Outcome promote(Roster roster, long id) {
        Optional<Member> member = roster.member(id);
        if (member.isEmpty()) {
            return refused(EtcdError.MEMBER_NOT_FOUND);
        }
        return member.get().getIsLearner()
                ? new Changed(
                        roster.with(member.get().toBuilder().setIsLearner(false).build()))
                : refused(EtcdError.MEMBER_NOT_LEARNER);
    }

    private static boolean isTaken(Roster roster, Member by) {
        return roster.members().stream()
                .filter(other -> other.getID() != by.getID())
                .flatMap(other -> other.getPeerURLsList().stream())
                .anyMatch(by.getPeerURLsList()::contains);
    }

    static List<Member> voters(Roster roster) {
        return roster.members().stream()
                .filter(member -> !member.getIsLearner())
                .toList();
    }

    /** A majority of the voters that there would be have started; one that stands alone may always have a second. */
    private static boolean mayAddVoter(Roster roster) {
        long started = voters(roster).stream().filter(Roster::isStarted).count();
        int then = voters(roster).size() + 1;
        return (started == 1 && then == 2) || started >= then / 2 + 1;
    }

    private static boolean mayRemoveVoter(Roster roster, long id, boolean strict) {
        List<Member> left =
                voters(roster).stream().filter(member -> member.getID() != id).toList();
        return strict ? left.stream().filter(Roster::isStarted).count() >= left.size() / 2 + 1 : !left.isEmpty();
    }
}
