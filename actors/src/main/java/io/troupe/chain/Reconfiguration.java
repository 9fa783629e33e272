package io.troupe.chain;

import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.Replica.MemberChange;
import io.troupe.replication.Replica.Members;
import io.troupe.replication.Replica.Refusal;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.japi.function.Function;

/**
 * Members come and go. They are those of the master's group: it is told to change, and the master then leaves out of the chain
 * whoever is no voter any more; who is new asks to join as one does that comes back (§3). So a learner may be promoted as soon
 * as it has the master's log: in the chain it is when it has been brought up, and not before. The client is answered when the
 * master has decided, so that a server that was removed may be stopped.
 *
 * <p>Transitions: idle → asked, when a change is asked for here (in the founding epoch the master's log says first who the
 * founders are, from which all that it decides follows); asked → following, when the master's group has changed; following →
 * idle, when the configuration known here has; asked or following → idle, when it takes too long.
 */
final class Reconfiguration {

    /** What the master's group has answered; empty when it has not. */
    record Answered(Optional<Replica.Reply> reply) implements Replica.Message {}

    private static final int FAILURE_TIMEOUTS = 5;

    private final ChainServer server;
    private final ActorRef<Replica.Message> master;
    private Optional<Replica.Reconfigure> asked = Optional.empty();
    private Optional<Members> following = Optional.empty();
    private int ticksLeft;

    /** @param master this node's replica of the master's group */
    Reconfiguration(ChainServer server, ActorRef<Replica.Message> master) {
        this.server = server;
        this.master = master;
    }

    boolean isUnderWay() {
        return asked.isPresent();
    }

    /** At any server. */
    void begin(Replica.Reconfigure request) {
        List<MemberChange> changes = request.changes();
        if (isUnderWay()) {
            refuse(request, Refusal.CHANGE_UNDER_WAY, "another change that was asked for at " + server.node);
        } else if (changes.stream().anyMatch(change -> change.kind() == MemberChange.Kind.ADD_WITNESS)) {
            refuse(request, Refusal.UNSUPPORTED, "group " + server.group + " is a chain, which has no witnesses");
        } else if (server.configuration().chain().stream().allMatch(name -> removes(changes, name))) {
            refuse(
                    request,
                    Refusal.NO_VOTER_LEFT,
                    "the servers with the state are " + server.configuration().chain()
                            + ", and none of them would be left");
        } else {
            asked = Optional.of(request);
            changes.stream()
                    .filter(change -> change.kind() == MemberChange.Kind.REMOVE)
                    .forEach(change -> sayWhatIsStable(change.node()));
            Configuration now = server.configuration();
            if (now.isFounding()) {
                askMaster(MasterCommand.in(now, MasterCommand.Kind.FOUND, server.node)::proposal);
            } else {
                askMaster(replyTo -> new Replica.Reconfigure(changes, replyTo));
            }
        }
    }

    private void askMaster(Function<ActorRef<Replica.Reply>, Replica.Message> request) {
        server.context.ask(
                Replica.Reply.class,
                master,
                server.settings.failureTimeout().multipliedBy(FAILURE_TIMEOUTS),
                request,
                (reply, failure) -> new Answered(Optional.ofNullable(reply)));
    }

    /** While it is in the chain: its service may be told there that it goes. */
    private void sayWhatIsStable(String leaving) {
        if (server.isActive()) {
            server.peers.tell(leaving, new ChainMessage.Stable(server.epoch(), server.stable()));
        }
    }

    private static boolean removes(List<MemberChange> changes, String node) {
        return changes.contains(MemberChange.remove(node));
    }

    private static void refuse(Replica.Reconfigure request, Refusal refusal, String detail) {
        request.replyTo().tell(new Replica.ReconfigureRefused(refusal, detail));
    }

    void onAnswered(Answered answered) {
        Optional<Replica.Reply> reply = answered.reply();
        if (reply.isPresent() && reply.get() instanceof Replica.Applied) { // The log says who the founders are.
            asked.ifPresent(request -> askMaster(replyTo -> new Replica.Reconfigure(request.changes(), replyTo)));
        } else if (reply.isPresent() && reply.get() instanceof Replica.Reconfigured reconfigured) {
            following = Optional.of(reconfigured.members());
            ticksLeft = FAILURE_TIMEOUTS * server.settings.failureTicks();
        } else if (reply.isPresent()) {
            asked.ifPresent(request -> request.replyTo().tell(reply.get()));
            asked = Optional.empty();
        } else {
            giveUp("the master's group has not answered");
        }
    }

    void afterStep() {
        if (following.isPresent() && asked.isPresent() && follows(asked.get().changes())) {
            asked.get().replyTo().tell(new Replica.Reconfigured(following.get()));
            asked = Optional.empty();
            following = Optional.empty();
        }
    }

    private boolean follows(List<MemberChange> changes) {
        Members now = server.members();
        return changes.stream().allMatch(change -> switch (change.kind()) {
            case REMOVE -> !now.has(change.node()) && !server.configuration().hasMember(change.node());
            case ADD_LEARNER -> now.has(change.node());
            case ADD_VOTER, PROMOTE, ADD_WITNESS -> now.voters().contains(change.node());
        });
    }

    void onTick() {
        if (following.isPresent() && --ticksLeft <= 0) {
            giveUp("the members are changed, but the chain is " + server.configuration() + " here");
        }
    }

    private void giveUp(String detail) {
        asked.ifPresent(request -> Rejections.reject(request, Replica.Reason.OUTCOME_UNKNOWN, detail));
        asked = Optional.empty();
        following = Optional.empty();
    }
}
