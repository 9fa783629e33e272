package io.troupe.chain;

import io.troupe.replication.Answers;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** What the servers of one chain say to each other. Whoever acts in another epoch than a message's ignores it. */
sealed interface ChainMessage extends Wire, Replica.Message {

    /**
     * To all others, now and then: the sender lives.
     *
     * @param configuration the latest it knows; the epoch that it acts in may be an earlier one
     * @param epoch it acts in
     * @param last index that is durable there
     * @param stable index that is durable at every server
     */
    record Heartbeat(Configuration configuration, long epoch, String from, long last, long stable)
            implements ChainMessage {}

    /**
     * To the predecessor, by a server that begins in an epoch, or has missed something (§3, message 2): what it has.
     *
     * @param attempt chosen at random, echoed in the answer; the same while what it has only grows
     * @param stable what it has through this index, every server has
     * @param ends the last place of each epoch above that
     */
    record Connect(long epoch, String from, long attempt, long stable, List<Position> ends) implements ChainMessage {
        public Connect {
            ends = List.copyOf(ends);
        }
    }

    /**
     * From the predecessor: what both have. What the predecessor has beyond it follows (§3, message 4).
     *
     * @param agreed the histories are the same through this index; the successor drops what it has beyond it
     * @param floor index that the predecessor has come to: a new tail answers no queries before it has come there, too
     */
    record Resume(long epoch, long attempt, long agreed, long floor) implements ChainMessage {}

    /**
     * Updates, in order (§3), which may not be durable at the sender yet; or none, when more of those before is durable.
     *
     * @param waiting clients that wait for some of them, for the tail to answer: those that the head does not answer itself
     * @param durable index through which all is durable at the sender, and at all that are above it
     * @param stable index that is durable at every server, as far as the sender knows
     * @param receipt an {@link Ack} is wanted as soon as they are durable
     */
    record Forward(long epoch, Updates updates, List<Clients> waiting, long durable, long stable, boolean receipt)
            implements ChainMessage {
        public Forward {
            waiting = List.copyOf(waiting);
        }
    }

    /** One client waits for the updates from {@code first} to {@code last}, and is told through {@code via}. */
    record Clients(ActorRef<Answers.Batch> via, ActorRef<Replica.Reply> client, long first, long last) implements Wire {

        /** What of them is between these. */
        Optional<Clients> within(long least, long most) {
            long from = Math.max(first, least);
            long to = Math.min(last, most);
            return from > to ? Optional.empty() : Optional.of(new Clients(via, client, from, to));
        }
    }

    /**
     * To the head, by the tail (§3), which is the first to know: durable at every server. Those between learn it with what
     * the head sends next; one that is about to be removed is told, too.
     *
     * @param index through which all is
     */
    record Stable(long epoch, long index) implements ChainMessage {}

    /**
     * To the predecessor (§3), when it waits for it, and now and then.
     *
     * @param received durable at the sender through this index
     * @param acknowledged durable at the sender, and at all that are below it
     */
    record Ack(long epoch, String from, long received, long acknowledged) implements ChainMessage {}

    /** To all others, by a server that has queries: are you still in this epoch, and how far has it come? */
    record Confirm(long epoch, String from, long round) implements ChainMessage {}

    /**
     * Yes; and when the other is the server that answers, the sender grants it a lease, from when it was asked.
     *
     * @param stable index that is durable at every server, as far as the sender knows; who answers knows of all that was
     *     acknowledged by then
     */
    record Confirmed(long epoch, String from, long round, long stable) implements ChainMessage {}

    /** Requests of clients, passed on once: updates to the head, queries by who is not in the chain to who answers. */
    record Submit(ActorRef<Answers.Batch> via, List<Replica.Request> requests) implements ChainMessage {
        public Submit {
            requests = List.copyOf(requests);
        }
    }

    /**
     * To all others, by a server of the chain that is no member of the group any more: a {@link MasterCommand} to pass on to
     * the master, whose group the sender does not reach.
     */
    record Petition(ByteString command) implements ChainMessage {}

    /** What follows next is in a snapshot only. */
    record Offer(long epoch, Position snapshot, long length, int checksum, ActorRef<FetchChunk> from)
            implements ChainMessage {}
}
