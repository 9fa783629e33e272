package io.troupe.chain;

import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Gathering;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Where clients' requests go (§3): updates, and that another be the head, to the head; queries are read here, by who belongs
 * to the chain, and go to who answers by who does not. They are passed on once. What is in the mailbox goes together, and so
 * does what comes meanwhile.
 */
final class Requests {

    /** Sent to itself when there is something to log, to ask or to pass on. */
    enum Flush implements Replica.Message {
        FLUSH
    }

    private final ChainServer server;
    private final Head head;
    private final HandOver handOver;
    private final Queries queries;
    private final TreeMap<String, List<Replica.Request>> passing = new TreeMap<>();
    private final ActorRef<Answers.Batch> via;
    private final Gathering flush;

    Requests(ChainServer server, Head head, HandOver handOver, Queries queries) {
        this.server = server;
        this.head = head;
        this.handOver = handOver;
        this.queries = queries;
        this.via = server.self.narrow();
        this.flush = new Gathering(server.self, Flush.FLUSH, Gathering.ROUNDS_OF_A_BATCH);
    }

    /** From a client of this node. */
    void onUpdate(Replica.Request request) {
        if (server.isHead()) {
            head.onUpdate(request, via);
            schedule();
        } else {
            passOn(server.configuration().head(), request);
        }
    }

    /** From a client of this node. */
    void onQuery(Replica.Query query) {
        if (query.consistency() == ReadConsistency.STALE) {
            server.ask(new Applier.Ask(0, List.of(query)));
        } else if (server.isMember()) {
            queries.add(query);
        } else {
            passOn(server.settings.arrangement().answering(server.configuration()), query);
        }
    }

    /** From this node. */
    void onTransfer(Replica.TransferLeadership transfer) {
        if (server.isHead()) {
            handOver.onRequest(transfer);
        } else if (transfer.onlyHere()) {
            Rejections.reject(
                    transfer,
                    Replica.Reason.NOT_LEADER,
                    server.node + " is not the head of group " + server.group + "; "
                            + server.configuration().head() + " is");
        } else {
            passOn(server.configuration().head(), transfer);
        }
    }

    /** Passed on by another server. */
    void onSubmit(Submit submit) {
        for (Replica.Request request : submit.requests()) {
            if (request instanceof Replica.Query query) {
                queries.add(query);
            } else if (request instanceof Replica.TransferLeadership transfer) {
                handOver.onRequest(transfer);
            } else {
                head.onUpdate(request, submit.via());
                schedule();
            }
        }
    }

    private void passOn(String to, Replica.Request request) {
        if (to.equals(server.node) || !server.peers.canReach(to)) {
            Rejections.reject(
                    request,
                    Replica.Reason.NO_LEADER,
                    to + " is to take this for group " + server.group + ", and cannot be reached now");
            return;
        }
        passing.computeIfAbsent(to, first -> new ArrayList<>()).add(request);
        schedule();
    }

    /** There is something to log, to ask or to pass on. */
    void schedule() {
        flush.add();
    }

    void onFlush() {
        if (flush.isOver()) {
            head.flush();
            queries.begin();
            passing.forEach((to, requests) -> server.peers.tell(to, new Submit(via, requests)));
            passing.clear();
        }
    }
}
