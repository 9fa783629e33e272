package io.troupe.paxos;

import io.troupe.replication.Answers;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.OptionalLong;
import org.apache.pekko.actor.typed.ActorRef;

/** What the replicas of one group say to each other, named by the papers' phases. */
sealed interface PaxosMessage extends Wire, Replica.Message {

    /**
     * Phase 1a, once for all instances from {@code from} on (Paxos Made Simple, §3).
     *
     * @param released the ballot whose master has given back its lease, and asked for this one; else {@link Ballot#NONE}
     */
    record Prepare(Ballot ballot, long from, Ballot released, ActorRef<PaxosMessage> replyTo) implements PaxosMessage {}

    /**
     * Phase 1b: nothing below the ballot is accepted any more, in any instance. In parts, because a message is bounded; each says
     * of which instances it tells. A Prepare that comes again is answered again, perhaps in other parts, and some of both
     * answers may be all that arrives.
     *
     * @param chosenThrough what the acceptor knows to be decided, and does not tell here: it can be fetched
     * @param votes all of them from instance {@code first} through {@code last}; in the last part that is {@link #END}
     */
    record Promise(Ballot ballot, Voter from, long chosenThrough, long first, long last, List<Vote> votes)
            implements PaxosMessage {

        static final long END = Long.MAX_VALUE;

        public Promise {
            votes = List.copyOf(votes);
        }
    }

    /**
     * Phase 2a for consecutive instances; without decrees it says that the master lives.
     *
     * @param chosenThrough what the master knows to be decided
     * @param round of confirmation, echoed in the answer (reads and lease)
     */
    record Accept(Ballot ballot, Decrees decrees, long chosenThrough, long round, ActorRef<PaxosMessage> replyTo)
            implements PaxosMessage {}

    /**
     * Phase 2b: voted for all of these instances, durably; for none when {@code last} is below {@code first}.
     *
     * @param round of the Accept that it answers
     * @param chosenThrough what the acceptor, or learner, knows to be decided
     */
    record Accepted(Ballot ballot, Voter from, long first, long last, long round, long chosenThrough)
            implements PaxosMessage {}

    /** The acceptor has promised another ballot, or the present master's lease, and ignores this one. */
    record Rejected(Ballot ballot, Ballot promised, String from) implements PaxosMessage {}

    /** Tell me what is decided from here on (Paxos Made Live, §5.5, catch-up). Any replica may be asked. */
    record Fetch(long from, ActorRef<PaxosMessage> replyTo) implements PaxosMessage {}

    record Learned(Decrees decrees, long chosenThrough) implements PaxosMessage {}

    /** What was asked for is gone from the log: here is a snapshot instead. */
    record Offer(SnapshotMetadata snapshot, long length, int checksum, ActorRef<FetchChunk> from)
            implements PaxosMessage {}

    /**
     * A client's request, passed on once by a replica that does not lead.
     *
     * @param ballot that it has promised to who it takes for the leader
     * @param via that replica, through which the client is answered by the leader of that ballot
     */
    record Forwarded(Replica.Request request, Ballot ballot, ActorRef<Answers.Batch> via) implements PaxosMessage {}

    /** A replica asks the master for an instance to read at. */
    record ReadAt(long id, boolean underLease, ActorRef<PaxosMessage> replyTo) implements PaxosMessage {}

    /** @param index -1 when the one asked does not lead, or is overloaded */
    record ReadAtReply(long id, long index) implements PaxosMessage {
        static final long REFUSED = -1;

        OptionalLong answer() {
            return index == REFUSED ? OptionalLong.empty() : OptionalLong.of(index);
        }
    }

    /** The master gives up its lease and its ballot: stand at once. */
    record TakeOver(Ballot ballot) implements PaxosMessage {}

    /** A replica whose disk had lost what it held asks to vote again, under this token. */
    record Readmit(Voter voter) implements PaxosMessage {}
}
