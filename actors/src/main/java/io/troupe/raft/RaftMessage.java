package io.troupe.raft;

import io.troupe.replication.Answers;
import io.troupe.replication.Replica;
import io.troupe.wire.Wire;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** What the replicas of one group say to each other: the paper's RPCs, as messages and their answers. */
sealed interface RaftMessage extends Wire, Replica.Message {

    /** Figure 2, RequestVote; {@code transfer}: the leader itself asked for this election (thesis §3.10). */
    record RequestVote(long term, String candidate, LogPosition last, boolean transfer, ActorRef<RaftMessage> replyTo)
            implements RaftMessage {}

    record VoteReply(long term, String from, boolean granted) implements RaftMessage {}

    /**
     * Would you vote for me (thesis §9.6)? Changes nothing at the receiver.
     *
     * @param term the term the candidate would stand in
     */
    record PreVote(long term, String candidate, LogPosition last, ActorRef<RaftMessage> replyTo)
            implements RaftMessage {}

    /** @param term the term asked about when granted, else the refusing server's own */
    record PreVoteReply(long term, String from, boolean granted) implements RaftMessage {}

    /**
     * Figure 2, AppendEntries; a heartbeat when there are no entries.
     *
     * @param round number of the leader's latest round of confirmation, echoed in the answer (§8, ReadIndex)
     */
    record AppendEntries(
            long term,
            String leader,
            LogPosition previous,
            LogSlice entries,
            long leaderCommit,
            long round,
            ActorRef<AppendReply> replyTo)
            implements RaftMessage {}

    /**
     * The leader's commit index, told when there has been nothing to send along with it for a while. Needs no answer: the place
     * of the committed entry says by itself whether the receiver's log is the leader's until there (§5.3, Log Matching).
     */
    record CommitAdvanced(long term, String leader, LogPosition committed) implements RaftMessage {}

    /** Figure 2, the results of AppendEntries. Addressed to the replicator of one leadership. */
    sealed interface AppendReply extends Wire, Replicator.Command permits AppendAccepted, AppendRejected {
        long term();

        long round();
    }

    /** @param matchIndex the follower's durable log equals the leader's through this index */
    record AppendAccepted(long term, String from, long matchIndex, long round) implements AppendReply {}

    /**
     * @param previousIndex of the refused message
     * @param hint see {@link LogMatching.Mismatch}
     */
    record AppendRejected(long term, String from, long previousIndex, LogPosition hint, long round)
            implements AppendReply {}

    /**
     * Figure 13, InstallSnapshot: one chunk.
     *
     * @param length of the whole snapshot, in bytes
     * @param checksum CRC-32C of the whole snapshot
     */
    record InstallSnapshot(
            long term,
            String leader,
            SnapshotMetadata snapshot,
            long length,
            int checksum,
            long offset,
            ByteString data,
            ActorRef<ChunkReply> replyTo)
            implements RaftMessage {

        boolean isLast() {
            return offset + data.length() == length;
        }
    }

    /**
     * @param nextOffset what the follower wants next, after an interruption not the beginning; or {@link #DAMAGED}
     * @param installed the snapshot is durable at the follower, or it no longer needs it
     */
    record ChunkReply(long term, String from, long index, long nextOffset, boolean installed)
            implements Wire, SnapshotSender.Command {
        /** All of it came, but its checksum is wrong; nothing was kept. */
        static final long DAMAGED = -1;
    }

    /** Thesis §3.10: start an election at once. */
    record TimeoutNow(long term, String leader) implements RaftMessage {}

    /** A client's request, passed on once by a replica that does not lead. */
    record Forwarded(Replica.Request request) implements RaftMessage {}

    /**
     * Proposals of one client, passed on once by a replica that does not lead.
     *
     * @param term of that replica
     * @param via that replica, through which the client is answered by the leader of that term
     * @param replyTo the client
     */
    record ForwardedProposals(
            long term, ActorRef<Answers.Batch> via, ActorRef<Replica.Reply> replyTo, List<Proposal> proposals)
            implements RaftMessage {

        /** As {@link Replica.Propose}. */
        record Proposal(long session, long serial, long acknowledgedBelow, ByteString command) {}

        List<Replica.Propose> toProposes() {
            return proposals.stream()
                    .map(each -> new Replica.Propose(
                            each.session(), each.serial(), each.acknowledgedBelow(), each.command(), replyTo))
                    .toList();
        }
    }

    /**
     * A follower asks for an index to read at (§8).
     *
     * @param lease one that the leader's lease vouches for will do (thesis §6.4.1)
     */
    record ReadIndex(String from, long id, boolean lease, ActorRef<RaftMessage> replyTo) implements RaftMessage {}

    /**
     * @param committed where to read at, which the receiver may not know to be committed yet; empty when the asked server does
     *     not lead or is overloaded
     */
    record ReadIndexReply(long id, Optional<LogPosition> committed) implements RaftMessage {

        static ReadIndexReply at(long id, LogPosition committed) {
            return new ReadIndexReply(id, Optional.of(committed));
        }

        static ReadIndexReply refusal(long id) {
            return new ReadIndexReply(id, Optional.empty());
        }
    }
}
