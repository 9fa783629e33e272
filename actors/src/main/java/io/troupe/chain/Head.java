package io.troupe.chain;

import io.troupe.replication.Answers;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The head's duty (§3): puts updates in order, as many at a time as it has room for, and sends them on their way together: what
 * comes while enough batches are under way is the next one, and so is what comes when one is stable, since clients that are
 * answered together ask again together, and a batch costs much the same whatever is in it.
 */
final class Head {

    private record Pending(long index, long sizeBytes) {}

    private final ChainServer server;
    private final HandOver handOver;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private final Deque<Long> batches = new ArrayDeque<>();
    private long pendingBytes;
    private long unlogged;

    Head(ChainServer server, HandOver handOver) {
        this.server = server;
        this.handOver = handOver;
    }

    /** @param via the replica whose client asks */
    void onUpdate(Replica.Request request, ActorRef<Answers.Batch> via) {
        if (!server.isHead()) {
            Rejections.reject(request, Replica.Reason.NO_LEADER, server.node + " is not the head now");
        } else if (handOver.isUnderWay()) {
            Rejections.reject(request, Replica.Reason.NO_LEADER, "another server is about to be the head");
        } else if (request instanceof Replica.Propose propose) {
            onCommand(propose, via);
        } else if (request instanceof Replica.OpenSession open) {
            if (hasRoom(open, 0)) {
                server.sent.add(append(new Update.OpenSession(), 0), via, open.replyTo());
            }
        }
    }

    private void onCommand(Replica.Propose propose, ActorRef<Answers.Batch> via) {
        long size = propose.command().length();
        if (size > server.settings.maxEntryBytes()) {
            Rejections.reject(
                    propose,
                    Replica.Reason.TOO_LARGE,
                    "the command has " + size + " bytes; at most " + server.settings.maxEntryBytes() + " are taken");
        } else if (hasRoom(propose, size)) {
            var command = new Update.Command(
                    propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command());
            server.sent.add(append(command, size), via, propose.replyTo());
        }
    }

    private boolean hasRoom(Replica.Request request, long size) {
        boolean room = pending.isEmpty()
                || (pending.size() < server.settings.maxPendingProposals()
                        && pendingBytes + size <= server.settings.maxPendingBytes());
        if (!room) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, "the head has its limit of updates under way");
        }
        return room;
    }

    private long append(Update.Request update, long size) {
        server.history.append(new Update(server.epoch(), update));
        long index = server.history.lastIndex();
        unlogged = unlogged == 0 ? index : unlogged;
        pending.add(new Pending(index, size));
        pendingBytes += size;
        return index;
    }

    /**
     * To the disk and to the successor, when the disk is free, and there are not enough batches yet that are not stable. Sent
     * earlier, an update would be stable no earlier; and so that the last batch is durable is said with the next.
     */
    void flush() {
        if (server.writes.isIdle() && batches.size() < server.settings.maxBatchesUnderWay()) {
            log();
        }
    }

    /** Before the epoch changes, too: what has an index is in the log. */
    void log() {
        long last = server.history.lastIndex();
        if (unlogged > 0 && unlogged <= last) {
            batches.add(last);
            server.log(server.history.slice(unlogged, last));
        }
        unlogged = 0;
    }

    /** @return whether there is room for another batch, and what to put in it: what is in the mailbox may go along */
    boolean afterStep() {
        if (!server.epochs.latest().isHead()) {
            forget();
        }
        while (!pending.isEmpty() && pending.getFirst().index() <= server.stable()) {
            pendingBytes -= pending.remove().sizeBytes();
        }
        boolean room = false;
        while (!batches.isEmpty() && batches.getFirst() <= server.stable()) {
            batches.remove();
            room = true;
        }
        return room && unlogged > 0;
    }

    /** Another orders updates, and may give the same indexes to others: one that is the head again has none under way. */
    private void forget() {
        pending.clear();
        batches.clear();
        pendingBytes = 0;
    }
}
