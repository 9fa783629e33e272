package io.troupe.raft;

import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Refusal;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * How a leader changes the membership (§6; thesis §4): a configuration is in force from when it is appended; one at a
 * time is uncommitted; C_new follows C_old,new by itself when that is committed, also when an earlier leader began.
 *
 * <p>Transitions: settled → simple, or joint, when a change is appended; joint → simple, when C_old,new is committed;
 * simple → settled, when C_new is.
 */
final class Reconfiguration {

    private final RaftServer server;
    private final Replication replication;
    private Optional<ActorRef<Replica.Reply>> client = Optional.empty();
    private long settledIndex = -1;

    Reconfiguration(RaftServer server, Replication replication) {
        this.server = server;
        this.replication = replication;
    }

    /** @return whether there is something to replicate now */
    boolean begin(Replica.Reconfigure request) {
        Configuration now = server.configuration();
        if (!server
                .hasCommittedInTerm()) { // Thesis §4.1, as amended: an earlier leader's change may yet turn up, and be
            // overlooked.
            return refuse(request, Refusal.CHANGE_UNDER_WAY, "term " + server.term() + " has committed nothing yet");
        }
        if (!server.isConfigurationCommitted() || now.isJoint()) { // Thesis §4.1: one at a time
            return refuse(request, Refusal.CHANGE_UNDER_WAY, "the membership is being changed to " + now.voters());
        }
        if (ConfigurationChange.apply(now, request.changes()) instanceof ConfigurationChange.Refused refused) {
            return refuse(request, refused.refusal(), refused.detail());
        }
        for (MemberChange change : request.changes()) {
            if (change.kind() == MemberChange.Kind.PROMOTE
                    && !replication.hasCaughtUp(change.node())) { // Thesis §4.2.1
                return refuse(
                        request,
                        Refusal.NOT_CAUGHT_UP,
                        change.node() + " has the log through " + replication.matchIndex(change.node()) + " of "
                                + server.log().lastIndex());
            }
        }
        append(((ConfigurationChange.Next) ConfigurationChange.apply(now, request.changes())).configuration());
        client = Optional.of(request.replyTo());
        return true;
    }

    private static boolean refuse(Replica.Reconfigure request, Refusal refusal, String detail) {
        request.replyTo().tell(new Replica.ReconfigureRefused(refusal, detail));
        return false;
    }

    void append(Configuration configuration) {
        server.append(new Entry.Reconfigure(configuration));
        replication.follow(configuration);
    }

    /**
     * Goes on when the latest configuration is committed.
     *
     * @return whether there is something to replicate now
     */
    boolean advance() {
        Configuration latest = server.configuration();
        if (!server.isConfigurationCommitted() || settledIndex == server.configurationIndex()) {
            return false;
        }
        if (latest.isJoint()) {
            append(latest.withoutOutgoing()); // §6: once C_old,new is committed, the leader may append C_new
            return true;
        }
        settledIndex = server.configurationIndex();
        replication.settle(latest);
        client.ifPresent(replyTo -> replyTo.tell(new Replica.Reconfigured(latest.asMembers())));
        client = Optional.empty();
        return false;
    }

    /** C_new is committed, and this leader has no vote in it: it is to step down (§6; thesis §4.2.2). */
    boolean isRemoved() {
        return settledIndex == server.configurationIndex()
                && !server.configuration().isVoter(server.node);
    }

    void abandon(String detail) {
        client.ifPresent(replyTo ->
                replyTo.tell(new Replica.Rejected(Replica.NO_SESSION, 0, Replica.Reason.OUTCOME_UNKNOWN, detail)));
    }
}
