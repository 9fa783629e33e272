package io.troupe.raft;

import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.Optional;

/** A hand-over that a leader has begun (thesis §3.10): meanwhile it takes no proposals; it is given up in time. */
final class LeadershipTransfer {

    private final String target;
    private final Optional<Replica.TransferLeadership> request;
    private int ticksLeft;
    private boolean told;

    /** @param request empty when the leader itself wants to go */
    LeadershipTransfer(String target, int ticksMax, Optional<Replica.TransferLeadership> request) {
        this.target = target;
        this.ticksLeft = ticksMax;
        this.request = request;
    }

    String target() {
        return target;
    }

    /** Whether the target has still to be told. */
    boolean firstTime() {
        boolean first = !told;
        told = true;
        return first;
    }

    boolean isOverdue() {
        return --ticksLeft <= 0;
    }

    void succeed(Optional<String> leader) {
        request.ifPresent(asked -> asked.replyTo().tell(new Replica.LeadershipTransferred(leader)));
    }

    void fail() {
        request.ifPresent(asked -> Rejections.reject(
                asked,
                Replica.Reason.OVERLOADED,
                target + " did not take over within an election timeout; this node leads on"));
    }
}
