package io.troupe.chain;

import io.troupe.replication.LeadershipTransfer;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Another server becomes the head because somebody asks for it; the paper's head changes when it fails. Any server of the chain
 * has what is stable, so any may go first. The head takes no updates meanwhile, and has the master decide when all that it took
 * before are stable: then none is dropped by servers that go on behind one which lacks it.
 */
final class HandOver {

    private final ChainServer server;
    private final ActorRef<Replica.Message> master;
    private final LeadershipTransfer transfer;

    /** @param master this node's replica of the master's group */
    HandOver(ChainServer server, ActorRef<Replica.Message> master) {
        this.server = server;
        this.master = master;
        this.transfer = new LeadershipTransfer(server.group, server.node, server.settings.failureTicks());
    }

    /** At the head. */
    void onRequest(Replica.TransferLeadership request) {
        List<String> others = server.configuration().chain().stream()
                .filter(name -> !name.equals(server.node))
                .toList();
        Optional<String> target = request.target().or(() -> others.stream().findFirst());
        if (!server.isHead()) {
            Rejections.reject(request, Replica.Reason.NO_LEADER, server.node + " is not the head now");
        } else if (request.target().filter(server.node::equals).isPresent()) {
            request.replyTo().tell(new Replica.LeadershipTransferred(server.node));
        } else if (transfer.isUnderWay()) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, transfer.target() + " is to be the head already");
        } else if (target.isEmpty() || !others.contains(target.get())) {
            Rejections.reject(
                    request,
                    Replica.Reason.UNSUPPORTED,
                    "one of the other servers of the chain can be its head, which are " + others + ", and not "
                            + target.orElse("anybody"));
        } else {
            transfer.begin(target.get(), Optional.of(request));
        }
    }

    /** No update may be taken. */
    boolean isUnderWay() {
        return transfer.isUnderWay();
    }

    void afterStep() {
        String head = server.configuration().head();
        if (transfer.isUnderWay() && !head.equals(server.node)) {
            transfer.leadershipEnded(Optional.of(head));
        } else if (transfer.isToBeTold() && server.stable() == server.history.lastIndex()) {
            transfer.told();
            askMaster();
        }
    }

    void onTick() {
        transfer.onTick();
        if (transfer.isOverdue()) {
            transfer.giveUp();
        } else if (transfer.isUnderWay() && !transfer.isToBeTold()) {
            askMaster(); // Another change may have been decided in the epoch that it was asked in.
        }
    }

    private void askMaster() {
        MasterCommand lead = MasterCommand.in(server.configuration(), MasterCommand.Kind.LEAD, transfer.target());
        master.tell(lead.proposal(server.context.getSystem().ignoreRef()));
    }
}
