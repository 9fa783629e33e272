package io.troupe.chain;

import io.troupe.chain.ChainMessage.Ack;
import io.troupe.chain.ChainMessage.Connect;
import io.troupe.chain.ChainMessage.Forward;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A server's side of the link to one successor, in one epoch: sends in order what is on its way to the disk here, and how much
 * of it has come there, and keeps no more on its way than the other can be expected to take. It begins when the successor has
 * said what it has.
 */
final class Link {

    private final ChainServer server;
    private final String node;
    private final boolean counts;
    private final long begun;
    private final Deque<Long> unreceipted = new ArrayDeque<>();
    private boolean connected;
    private boolean offered;
    private long next;
    private long received;
    private long acknowledged;
    private long durableTold;

    /** @param counts the successor is told what is durable above it, see {@link Arrangement#hearsWhatIsDurable} */
    Link(ChainServer server, String node, boolean counts) {
        this.server = server;
        this.node = node;
        this.counts = counts;
        this.begun = server.history.lastIndex();
    }

    /** The successor has said what it has, and could begin in this epoch then. */
    boolean isConnected() {
        return connected;
    }

    /**
     * It had begun in this epoch before it was told here what both have, or has what is durable everywhere and not here: an
     * earlier life of this server told it, of which the disk here knows nothing.
     */
    boolean isFromBefore(Connect connect) {
        boolean hasOfThisEpoch =
                connect.stable() > begun || connect.ends().stream().anyMatch(end -> end.epoch() == server.epoch());
        return !connected && hasOfThisEpoch;
    }

    /** What the successor lacks follows: of the paper's Sent, what has not reached it (§3, message 4). */
    void connect(long agreed) {
        connected = true;
        next = agreed + 1;
        received = agreed;
        unreceipted.clear();
        flush();
    }

    /** Durable at the successor and at all below it. */
    long acknowledged() {
        return acknowledged;
    }

    /** All that is durable here is on its way. */
    boolean isStreaming() {
        return connected
                && next > server.durable()
                && received >= server.history.base().index();
    }

    void flush() {
        int most = server.settings.maxMessagesUnderWay();
        if (connected && next <= server.history.base().index()) {
            if (!offered) {
                offered = true;
                server.transfer.offerTo(node);
            }
            return;
        }
        long last = server.writes.issued();
        while (connected && next <= last && unreceipted.size() < most) {
            Updates updates = server.history.slice(next, last, server.settings.maxMessageBytes());
            next = updates.last() + 1;
            unreceipted.add(updates.last());
            send(updates, unreceipted.size() >= most / 2);
        }
        if (connected && counts && server.durableFromHead() > durableTold) {
            send(Updates.none(next), false);
        }
    }

    private void send(Updates updates, boolean receipt) {
        durableTold = server.durableFromHead();
        server.peers.tell(
                node,
                new Forward(
                        server.epoch(), updates, server.answeredBelow(updates), durableTold, server.stable(), receipt));
    }

    /**
     * An offer may have been lost, or there was no snapshot yet; or what said how much is durable: the tail alone finds out what
     * is stable, and learns that from nobody else.
     */
    void onTick() {
        offered = false;
        if (server.stable() < server.durableFromHead()) {
            durableTold = server.stable();
        }
        flush();
    }

    void onAck(Ack ack) {
        received = Math.max(received, ack.received());
        acknowledged = Math.max(acknowledged, ack.acknowledged());
        while (!unreceipted.isEmpty() && unreceipted.getFirst() <= received) {
            unreceipted.remove();
        }
        flush();
    }
}
