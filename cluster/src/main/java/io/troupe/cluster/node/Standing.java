package io.troupe.cluster.node;

import java.util.Set;
import org.apache.pekko.cluster.MemberStatus;

/**
 * Where a node stands towards its cluster. Transitions: outside → member → leaving; leaving → alone, when it was downed and
 * its life goes on. A life that has left never forms a cluster nor votes on one, because those it left may still be there.
 */
enum Standing {
    OUTSIDE,
    MEMBER,
    LEAVING,
    /** Its cluster has ended for it, and what it hosts goes on with what it has until there is one to rejoin. */
    ALONE;

    private static final Set<MemberStatus> IN =
            Set.of(MemberStatus.joining(), MemberStatus.weaklyUp(), MemberStatus.up());

    private static final Set<MemberStatus> ON_ITS_WAY_OUT =
            Set.of(MemberStatus.leaving(), MemberStatus.exiting(), MemberStatus.down());

    /** Whether the members have agreed, or will, that the node leaves. */
    static boolean isOnItsWayOut(MemberStatus status) {
        return ON_ITS_WAY_OUT.contains(status);
    }

    /** @param status this node's own, {@code removed} before it has joined and after it has left */
    Standing next(MemberStatus status) {
        if (this == LEAVING || this == ALONE) {
            return LEAVING;
        }
        if (IN.contains(status)) {
            return MEMBER;
        }
        return this == OUTSIDE && status == MemberStatus.removed() ? OUTSIDE : LEAVING;
    }
}
