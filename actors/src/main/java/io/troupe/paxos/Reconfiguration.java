package io.troupe.paxos;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.Refusal;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How a leader changes who decides (Paxos Made Simple, §3): the membership is a decree, in force α instances after its own. One
 * at a time is under way.
 */
final class Reconfiguration {

    private final PaxosServer server;
    private final Proposing proposing;
    private Optional<Membership> proposed = Optional.empty();
    private Optional<ActorRef<Replica.Reply>> client = Optional.empty();

    Reconfiguration(PaxosServer server, Proposing proposing) {
        this.server = server;
        this.proposing = proposing;
    }

    /** @param knowsWhatIsDecided else an earlier leader's change may yet turn up */
    void begin(Replica.Reconfigure request, boolean knowsWhatIsDecided) {
        Membership latest = server.memberships().latest();
        if (isUnderWay() || !knowsWhatIsDecided) {
            refuse(request, Refusal.CHANGE_UNDER_WAY, "the membership is being changed, or may be");
        } else if (MembershipChange.apply(latest, request.changes()) instanceof MembershipChange.Refused refused) {
            refuse(request, refused.refusal(), refused.detail());
        } else if (MembershipChange.apply(latest, request.changes()) instanceof MembershipChange.Next next) {
            propose(next.membership());
            client = Optional.of(request.replyTo());
        }
    }

    private static void refuse(Replica.Reconfigure request, Refusal refusal, String detail) {
        request.replyTo().tell(new Replica.ReconfigureRefused(refusal, detail));
    }

    /** The acceptor has lost what it held under its earlier token; nothing it said under that counts any more. */
    void readmit(Voter voter) {
        Long known = server.memberships().latest().acceptors().get(voter.node());
        if (known != null && known != voter.token() && !isUnderWay()) {
            propose(server.memberships().latest().with(voter.node(), voter.token()));
        }
    }

    private boolean isUnderWay() {
        return proposed.isPresent() || !isInForce();
    }

    /** For every instance that is not decided yet. */
    private boolean isInForce() {
        return server.chosenThrough() + 1 >= server.memberships().latestFrom();
    }

    private void propose(Membership next) {
        proposed = Optional.of(next);
        proposing.add(new Decree.Reconfigure(next));
    }

    void onDecided() {
        Membership latest = server.memberships().latest();
        if (proposed.isPresent() && proposed.get().equals(latest) && isInForce()) {
            proposed = Optional.empty();
            client.ifPresent(replyTo -> replyTo.tell(new Replica.Reconfigured(latest.asMembers())));
            client = Optional.empty();
        }
    }

    void abandon(String detail) {
        client.ifPresent(replyTo ->
                replyTo.tell(new Replica.Rejected(Replica.NO_SESSION, 0, Replica.Reason.OUTCOME_UNKNOWN, detail)));
    }
}
