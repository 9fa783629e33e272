package io.troupe.replication;

import java.util.Optional;

/**
 * A hand-over of leadership that this server has begun (thesis §3.10), from when it takes no proposals any more until it is
 * known who leads.
 *
 * <p>Transitions: none → catching up, when it is asked for; catching up → told, when the target has the whole log; either →
 * none, when the target has not taken over within an election timeout, and the leader leads on; either → awaiting, when
 * leadership ends; awaiting → none, when a leader is known, or none was within an election timeout.
 */
public final class LeadershipTransfer {

    private enum State {
        NONE,
        CATCHING_UP,
        TOLD,
        AWAITING
    }

    private final String group;
    private final String node;
    private final int patienceTicks;
    private State state = State.NONE;
    private String target = "";
    private Optional<Replica.TransferLeadership> request = Optional.empty();
    private int ticksLeft;

    /** @param patienceTicks an election timeout */
    public LeadershipTransfer(String group, String node, int patienceTicks) {
        this.group = group;
        this.node = node;
        this.patienceTicks = patienceTicks;
    }

    /** @param asked empty when the leader itself wants to go */
    public void begin(String successor, Optional<Replica.TransferLeadership> asked) {
        state = State.CATCHING_UP;
        target = successor;
        request = asked;
        ticksLeft = patienceTicks;
    }

    /** This server leads and is handing over. */
    public boolean isUnderWay() {
        return state == State.CATCHING_UP || state == State.TOLD;
    }

    /** The target has still to be told to stand. */
    public boolean isToBeTold() {
        return state == State.CATCHING_UP;
    }

    /** To whom leadership goes, while it is under way. */
    public String target() {
        return target;
    }

    public void told() {
        state = State.TOLD;
    }

    public void onTick() {
        if (state != State.NONE) {
            ticksLeft--;
        }
        if (state == State.AWAITING && ticksLeft <= 0) {
            end(
                    Replica.Reason.OUTCOME_UNKNOWN,
                    node + " handed leadership of group " + group + " to " + target
                            + ", and has heard of no leader since");
        }
    }

    /** The leader is to give it up. */
    public boolean isOverdue() {
        return isUnderWay() && ticksLeft <= 0;
    }

    public void giveUp() {
        end(
                Replica.Reason.NOT_TAKEN_OVER,
                target + " did not take over group " + group + " within an election timeout; " + node + " leads on");
    }

    /** Another leads, or whoever comes next, which is not known yet. */
    public void leadershipEnded(Optional<String> leader) {
        if (isUnderWay()) {
            state = State.AWAITING;
            ticksLeft = patienceTicks;
            leader.ifPresent(this::leaderIs);
        }
    }

    public void leaderIs(String leader) {
        if (state != State.AWAITING) {
            return;
        }
        boolean named = request.flatMap(Replica.TransferLeadership::target).isPresent();
        if (leader.equals(target) || (!named && !leader.equals(node))) {
            request.ifPresent(asked -> asked.replyTo().tell(new Replica.LeadershipTransferred(leader)));
            state = State.NONE;
        } else {
            end(
                    Replica.Reason.NOT_TAKEN_OVER,
                    node + " handed leadership of group " + group + " to " + target + ", but " + leader + " leads now");
        }
    }

    private void end(Replica.Reason reason, String detail) {
        state = State.NONE;
        request.ifPresent(asked -> Rejections.reject(asked, reason, detail));
    }
}
