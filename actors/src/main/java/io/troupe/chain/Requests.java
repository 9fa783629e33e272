package io.troupe.chain;

import io.troupe.chain.ChainMessage.Submit;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Clients' requests (§3.1): the head puts updates in order; other servers pass them on to it, and queries to who answers them.
 * What is in the mailbox goes together.
 */
final class Requests {

    /** Sent to itself when there is something to log or to pass on. */
    enum Flush implements Replica.Message {
        FLUSH
    }

    private record Pending(long index, long sizeBytes) {}

    private final ChainServer server;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final TreeMap<String, List<Replica.Request>> passing = new TreeMap<>();
    private final ActorRef<Answers.Batch> via;
    private long pendingBytes;
    private long unlogged;
    private boolean scheduled;

    Requests(ChainServer server) {
        this.server = server;
        this.via = server.self.narrow();
    }

    /** From a client of this node. */
    void onUpdate(Replica.Request request) {
        if (server.isHead()) {
            sequence(request, via);
        } else {
            passOn(server.configuration().head(), request);
        }
    }

    void onQuery(Replica.Query query) {
        passOn(server.settings.arrangement().answering(server.configuration()), query);
    }

    private void passOn(String to, Replica.Request request) {
        if (to.equals(server.node) || !server.canReach(to)) {
            Rejections.reject(
                    request,
                    Replica.Reason.NO_LEADER,
                    to + " is to take this for group " + server.group + ", and cannot be reached now");
            return;
        }
        passing.computeIfAbsent(to, first -> new ArrayList<>()).add(request);
        schedule();
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            server.self.tell(Flush.FLUSH);
        }
    }

    /** Passed on by another server. */
    void onSubmitted(Replica.Request request, ActorRef<Answers.Batch> from) {
        if (server.isHead()) {
            sequence(request, from);
        } else {
            Rejections.reject(request, Replica.Reason.NO_LEADER, server.node + " is not the head now");
        }
    }

    private void sequence(Replica.Request request, ActorRef<Answers.Batch> from) {
        if (request instanceof Replica.Propose propose) {
            long size = propose.command().length();
            if (size > server.settings.maxEntryBytes()) {
                Rejections.reject(
                        request,
                        Replica.Reason.TOO_LARGE,
                        "the command has " + size + " bytes; at most " + server.settings.maxEntryBytes()
                                + " are taken");
            } else {
                var command = new Update.Command(
                        propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command());
                append(request, command, propose.session(), propose.serial(), size, propose.replyTo(), from);
            }
        } else if (request instanceof Replica.OpenSession open) {
            append(request, new Update.OpenSession(), Replica.NO_SESSION, 0, 0, open.replyTo(), from);
        }
    }

    private void append(
            Replica.Request request,
            Update.Request update,
            long session,
            long serial,
            long size,
            ActorRef<Replica.Reply> client,
            ActorRef<Answers.Batch> from) {
        boolean room = pending.isEmpty()
                || (pending.size() < server.settings.maxPendingProposals()
                        && pendingBytes + size <= server.settings.maxPendingBytes());
        if (!room) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, "the head has its limit of updates under way");
            return;
        }
        long index = server.append(update);
        unlogged = unlogged == 0 ? index : unlogged;
        pending.add(new Pending(index, size));
        pendingBytes += size;
        server.sent().add(new Applier.Waiting(index, session, serial, size, client, Optional.of(from)));
        schedule();
    }

    void onFlush() {
        scheduled = false;
        log();
        passing.forEach((to, requests) -> server.tell(to, new Submit(via, requests)));
        passing.clear();
    }

    /** Before the epoch changes, too: what has an index is in the log. */
    void log() {
        if (unlogged > 0 && unlogged <= server.history().lastIndex()) {
            server.log(unlogged);
        }
        unlogged = 0;
    }

    void afterStep() {
        while (!pending.isEmpty() && pending.getFirst().index() <= server.stable()) {
            pendingBytes -= pending.remove().sizeBytes();
        }
        if (!pending.isEmpty() && !server.isHead() && !server.configuration().hasMember(server.node)) {
            pending.clear();
            pendingBytes = 0;
        }
    }
}
