package io.troupe.raft;

import io.troupe.replication.Replica;
import java.util.Optional;

/** A hand-over that a leader has begun (thesis §3.10): meanwhile it takes no proposals; it is given up in time. */
final class LeadershipTransfer {

    private final String target;
    private final Replica.TransferLeadership request;
    private int ticksLeft;
    private boolean told;

    LeadershipTransfer(String target, int ticksMax, Replica.TransferLeadership request) {
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
        request.replyTo().tell(new Replica.LeadershipTransferred(leader));
    }

    void fail() {
        Rejections.reject(
                request,
                Replica.Reason.OVERLOADED,
                target + " did not take over within an election timeout; this node leads on");
    }
}
