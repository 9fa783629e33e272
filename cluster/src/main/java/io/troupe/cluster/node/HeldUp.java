package io.troupe.cluster.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;

/**
 * Whom a member downs so that others may come and go. Pekko's members let nobody in or out while one of them is unreachable
 * and neither down nor exiting; while nobody wants in or out, an unreachable member is in nobody's way.
 *
 * <p>Where somebody is held up, the side with more than half of the members downs those in the way. The other waits, for it
 * may be in contact again; one of it that leaves downs itself. To have been downed already, or to have been let go, is to be
 * on no other side: such members are counted with whoever knows it, and so are those whose next life is coming, at another
 * address maybe. Who was left alone, but is asked by a new life of another to be let in, is not alone.
 */
final class HeldUp {

    private static final Set<MemberStatus> COMING = Set.of(MemberStatus.joining(), MemberStatus.weaklyUp());
    private static final Set<MemberStatus> OVER = Set.of(MemberStatus.down(), MemberStatus.exiting());

    /**
     * A member as this one sees it.
     *
     * @param node its id, which outlasts its lives
     */
    record Seen(String node, Address address, MemberStatus status, boolean reachable) {

        private boolean isComing() {
            return COMING.contains(status);
        }

        private boolean isOver() {
            return OVER.contains(status);
        }

        private boolean isInTheWay() {
            return !reachable && !isOver();
        }

        /** Wants in, or out. */
        private boolean isOnItsWay() {
            return status != MemberStatus.up();
        }
    }

    private HeldUp() {}

    static Set<Address> toDown(ClusterEvent.CurrentClusterState state, Address self) {
        Set<Member> unreachable = new HashSet<>(state.getUnreachable());
        List<Seen> members = new ArrayList<>();
        state.getMembers()
                .forEach(member -> members.add(new Seen(
                        Membership.nodeId(member), member.address(), member.status(), !unreachable.contains(member))));
        return toDown(members, self);
    }

    /** @return in the order of addresses; empty when nobody is held up, or nothing is to be done about it */
    static Set<Address> toDown(List<Seen> members, Address self) {
        List<Seen> inTheWay = members.stream().filter(Seen::isInTheWay).toList();
        if (inTheWay.isEmpty() || members.stream().noneMatch(Seen::isOnItsWay)) {
            return Set.of();
        }
        Set<String> coming =
                members.stream().filter(Seen::isComing).map(Seen::node).collect(Collectors.toSet());
        List<Seen> counted = members.stream().filter(one -> !one.isComing()).toList();
        long here = counted.stream()
                .filter(one -> !one.isInTheWay() || coming.contains(one.node()))
                .count();
        if (here > counted.size() / 2) {
            var down = new TreeSet<>(Member.addressOrdering()::compare);
            inTheWay.forEach(one -> down.add(one.address()));
            return down;
        }
        boolean leaves =
                members.stream().anyMatch(one -> one.address().equals(self) && one.status() == MemberStatus.leaving());
        return leaves ? Set.of(self) : Set.of();
    }
}
