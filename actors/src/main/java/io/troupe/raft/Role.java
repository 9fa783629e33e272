package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.CommitAdvanced;
import io.troupe.raft.RaftMessage.Forwarded;
import io.troupe.raft.RaftMessage.ForwardedProposals;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.PreVoteReply;
import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.Answers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One of the roles of Figure 4. Handling a message gives the role that the server has next. Here are the rules
 * that Figure 2 states for all servers, and the receiver's side of RequestVote, which is the same in every role.
 */
abstract class Role {

    final RaftServer server;

    Role(RaftServer server) {
        this.server = server;
    }

    abstract Replica.Role name();

    /**
     * A leader was heard within the minimum election timeout, in this term or an earlier one (thesis §4.2.3). Its lease rests
     * on this server (§6.4.1), whatever else it has heard since.
     */
    boolean hearsLeader() {
        return server.isPledged();
    }

    abstract Role onTick();

    /** The role ends; {@code leader} is known when another server's leadership ended it. */
    void end(Optional<String> leader) {}

    // -- elections

    Role onPreVote(PreVote preVote) {
        boolean granted = preVote.term() > server.term()
                && !hearsLeader() // §9.6 with §4.2.3: a server that is served well supports nobody else
                && preVote.last().isAtLeastAsUpToDateAs(server.log().last()); // §5.4.1
        long term = granted ? preVote.term() : server.term();
        preVote.replyTo().tell(new PreVoteReply(term, server.node, granted));
        return this;
    }

    Role onRequestVote(RequestVote request) {
        if (request.term() < server.term()) { // §5.1
            var reply = new VoteReply(server.term(), server.node, false);
            server.whenTermIsDurable(() -> request.replyTo().tell(reply));
            return this;
        }
        if (request.term() > server.term()) {
            if (hearsLeader() && !request.transfer()) { // §4.2.3: neither the term changes nor a vote is given
                return this;
            }
            return followIn(request.term(), Optional.empty()).vote(request);
        }
        return vote(request);
    }

    private Role vote(RequestVote request) {
        boolean again = server.hardState().votedFor().equals(Optional.of(request.candidate()));
        boolean granted = server.hardState().mayVoteFor(request.candidate()) // §5.2
                && (again || request.transfer() || !hearsLeader()) // thesis §6.4.1
                && request.last().isAtLeastAsUpToDateAs(server.log().last()); // §5.4.1
        if (granted) {
            voteGranted();
            var reply = new VoteReply(server.term(), server.node, true);
            server.castVote(request.candidate(), () -> request.replyTo().tell(reply));
        } else {
            var reply = new VoteReply(server.term(), server.node, false);
            server.afterWrites(() -> request.replyTo().tell(reply));
        }
        return this;
    }

    /** Figure 2, "Followers": the election timer starts anew when a vote is granted. */
    void voteGranted() {}

    Role onPreVoteReply(PreVoteReply reply) {
        return onTerm(reply.term(), !reply.granted());
    }

    Role onVoteReply(VoteReply reply) {
        return onTerm(reply.term(), true);
    }

    /** Figure 2, "All Servers": a higher term makes a follower of everybody. */
    private Role onTerm(long term, boolean counts) {
        return counts && term > server.term() ? followIn(term, Optional.empty()) : this;
    }

    Role onHigherTerm(Replicator.HigherTerm higher) {
        return onTerm(higher.term(), true);
    }

    Role onTimeoutNow(TimeoutNow message) {
        return this;
    }

    final Role followIn(long term, Optional<String> leader) {
        server.follow(leader);
        end(leader); // First, for a write of the new term takes all that came before it for written.
        server.enterTerm(term);
        return new Follower(server);
    }

    // -- the leader speaks

    Role onAppendEntries(AppendEntries append) {
        if (append.term() < server.term()) { // Figure 2, AppendEntries rule 1
            var reply = new AppendRejected(
                    server.term(), server.node, append.previous().index(), LogPosition.ORIGIN, append.round());
            server.whenTermIsDurable(() -> append.replyTo().tell(reply));
            return this;
        }
        return followIn(append.term(), Optional.of(append.leader())).onAppendEntries(append);
    }

    /** News for followers in the same term; whoever is behind it hears of it with the next heartbeat. */
    Role onCommitAdvanced(CommitAdvanced advanced) {
        return this;
    }

    /** The leader answers clients of this node. */
    Role onAnswers(Answers.Batch answers) {
        answers.deliver();
        return this;
    }

    Role onInstallSnapshot(InstallSnapshot chunk) {
        if (chunk.term() < server.term()) { // Figure 13, rule 1
            var reply = new RaftMessage.ChunkReply(
                    server.term(), server.node, chunk.snapshot().index(), 0, false);
            server.whenTermIsDurable(() -> chunk.replyTo().tell(reply));
            return this;
        }
        return followIn(chunk.term(), Optional.of(chunk.leader())).onInstallSnapshot(chunk);
    }

    /** A snapshot arrived whole, but the role that received it has ended: its sender will ask again. */
    Role onSnapshotReceived(SnapshotReceiver.Received received) {
        return this;
    }

    // -- the replica's children

    Role onProgress(Replicator.Progress progress) {
        return this;
    }

    Role onFlush() {
        return this;
    }

    Role onReadsGathered() {
        return this;
    }

    Role onPeerAt(PeerDirectory.PeerAt at) {
        return this;
    }

    Role onApplied() {
        return this;
    }

    /** The log was compacted. */
    Role onCompacted() {
        return this;
    }

    // -- clients

    /** A proposal, or the opening of a session; {@code forwarded} by a replica that took this one for the leader. */
    Role onProposal(Replica.Request request, boolean forwarded) {
        Optional<ActorRef<RaftMessage>> leader = leaderToReach();
        if (leader.isEmpty() || forwarded) { // Once only: two that take each other for the leader would play forever.
            Rejections.reject(request, Replica.Reason.NO_LEADER, noLeader());
        } else if (request instanceof Replica.Propose propose) {
            server.forwarding.add(propose);
            if (server.forwarding.isFull()) {
                forward();
            }
        } else {
            leader.get().tell(new Forwarded(request));
        }
        return this;
    }

    private Optional<ActorRef<RaftMessage>> leaderToReach() {
        return server.leader().flatMap(server::peer);
    }

    /** What has been gathered goes to whoever leads by now. */
    Role forward() {
        List<Replica.Propose> proposes = server.forwarding.take();
        leaderToReach()
                .ifPresentOrElse(
                        leader -> server.forwarding
                                .messages(server.term(), proposes)
                                .forEach(leader::tell),
                        () -> proposes.forEach(
                                propose -> Rejections.reject(propose, Replica.Reason.NO_LEADER, noLeader())));
        return this;
    }

    /** Another replica took this one for the leader. */
    Role onForwardedProposals(ForwardedProposals forwarded) {
        forwarded.toProposes().forEach(propose -> Rejections.reject(propose, Replica.Reason.NO_LEADER, noLeader()));
        return this;
    }

    String noLeader() {
        return server.node + " knows no leader of group " + server.group + " in term " + server.term();
    }

    final Role onQuery(Replica.Query query) {
        if (server.isWitness()) {
            return onQueryAtWitness(query);
        }
        if (query.consistency() == ReadConsistency.STALE) {
            if (server.readsAtApplier() >= server.settings.maxPendingReads()) {
                Rejections.rejectRead(query, server.settings.maxPendingReads());
            } else {
                server.ask(0, List.of(query));
            }
            return this;
        }
        return onLinearizableQuery(query);
    }

    /** It has no state: its leader reads in its place. */
    private Role onQueryAtWitness(Replica.Query query) {
        if (query.consistency() != ReadConsistency.STALE) {
            return onProposal(query, false);
        }
        Rejections.reject(
                query,
                Replica.Reason.UNSUPPORTED,
                server.node + " is a witness of group " + server.group + " and has no state of its own; read another"
                        + " replica, or with another consistency");
        return this;
    }

    /** Also one that a lease may vouch for. */
    Role onLinearizableQuery(Replica.Query query) {
        Rejections.reject(query, Replica.Reason.NO_LEADER, noLeader());
        return this;
    }

    Role onReadIndex(ReadIndex request) {
        request.replyTo().tell(ReadIndexReply.refusal(request.id()));
        return this;
    }

    Role onReadIndexReply(ReadIndexReply reply) {
        return this;
    }

    Role onTransferLeadership(Replica.TransferLeadership request) {
        if (!request.onlyHere()) {
            return onProposal(request, false);
        }
        Rejections.reject(
                request,
                Replica.Reason.NOT_LEADER,
                server.node + " does not lead group " + server.group + "; "
                        + server.leader().orElse("nobody that it knows of") + " does");
        return this;
    }
}
