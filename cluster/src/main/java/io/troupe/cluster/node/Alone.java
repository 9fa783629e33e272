package io.troupe.cluster.node;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.cluster.ClusterEvent;

/**
 * When a life that goes on without its cluster ends, for the next one would find a cluster.
 *
 * <p>Two systems that know each other as downed speak no more, whatever becomes of them ({@code InboundQuarantineCheck}): with
 * those that were downed together with this node, this life is never in contact again. Who has removed this node refuses what
 * it says, and tells it so. All others answer.
 */
final class Alone {

    private final Map<Address, String> idsOfOthers;
    private final int configured;
    private final Census census;
    private final Set<String> downed = new HashSet<>();
    private boolean gaveUp;

    /** @param idsOfOthers the configured nodes but this one, by where they are configured */
    Alone(Map<Address, String> idsOfOthers, List<String> configured, Census census) {
        this.idsOfOthers = Map.copyOf(idsOfOthers);
        this.configured = configured.size();
        this.census = census;
    }

    void onMember(ClusterEvent.MemberEvent event) {
        String id = idsOfOthers.get(event.member().address());
        if (id != null && event instanceof ClusterEvent.MemberDowned) {
            downed.add(id);
        } else if (event instanceof ClusterEvent.MemberJoined || event instanceof ClusterEvent.MemberUp) {
            downed.remove(id);
        }
    }

    void onRefused(Address by, long nowNanos) {
        String id = idsOfOthers.get(by);
        if (id != null) {
            census.heardRefusal(id, nowNanos);
        }
    }

    /** This node has itself downed to join another cluster. */
    void giveUp() {
        gaveUp = true;
    }

    boolean shouldRejoin(long nowNanos) {
        boolean mayHearAMajority = configured - downed.size() > configured / 2;
        return gaveUp || !mayHearAMajority || census.wouldFindItsCluster(nowNanos);
    }
}
