package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.ChunkReply;
import io.troupe.raft.RaftMessage.CommitAdvanced;
import io.troupe.raft.RaftMessage.InstallSnapshot;
import io.troupe.raft.RaftMessage.ReadIndexReply;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.replication.Answers;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;

/**
 * Follower (Figure 2, "Followers"): answers candidates and leaders; when it hears neither for an election timeout,
 * it seeks support for an election. A learner, or a witness, is a follower that never stands.
 *
 * <p>Transitions: → pre-candidate, at an election timeout; → candidate, when its leader transfers leadership to it
 * (thesis §3.10); → follower of another term, at a higher term.
 */
final class Follower extends Role {

    private final ForwardedReads reads;
    private long matchedThrough;
    private int ticksSilent;
    private int timeoutTicks;

    Follower(RaftServer server) {
        super(server);
        this.reads = FollowerReads.at(server);
        this.timeoutTicks = patience();
    }

    /** The first role of a life: it waits for a leader since that began. */
    static Follower recovered(RaftServer server) {
        var follower = new Follower(server);
        follower.ticksSilent = server.ticksSinceBirth();
        return follower;
    }

    @Override
    Replica.Role name() {
        if (server.isWitness()) {
            return Replica.Role.WITNESS;
        }
        return server.configuration().isVoter(server.node) ? Replica.Role.FOLLOWER : Replica.Role.LEARNER;
    }

    @Override
    void end(Optional<String> leader) {
        reads.rejectAll(noLeader());
    }

    @Override
    Role onTick() {
        reads.onTick();
        if (++ticksSilent < timeoutTicks) {
            return this;
        }
        ticksSilent = 0;
        timeoutTicks = patience();
        server.follow(Optional.empty());
        if (!server.mayStand()) {
            return this;
        }
        end(Optional.empty());
        return PreCandidate.begin(server);
    }

    /** A voter without peers waits for nobody. */
    private int patience() {
        boolean alone =
                server.mayStand() && server.configuration().peersOf(server.node).isEmpty();
        return alone ? 1 : server.randomElectionTicks();
    }

    private void heardLeader() {
        ticksSilent = 0;
        server.pledge();
    }

    @Override
    void voteGranted() {
        ticksSilent = 0;
    }

    @Override
    Role onTimeoutNow(TimeoutNow message) {
        if (message.term() != server.term() || !server.mayStand()) {
            return this;
        }
        end(Optional.empty());
        return Candidate.begin(server, true);
    }

    @Override
    Role onAppendEntries(AppendEntries append) {
        if (append.term() != server.term()) {
            return super.onAppendEntries(append);
        }
        server.follow(Optional.of(append.leader()));
        heardLeader();
        LogMatching.Decision decision = LogMatching.decide(server.log(), append.previous(), append.entries());
        if (decision instanceof LogMatching.Mismatch mismatch) {
            var reply = new AppendRejected(
                    server.term(), server.node, append.previous().index(), mismatch.hint(), append.round());
            server.whenTermIsDurable(() -> append.replyTo().tell(reply));
        } else if (decision instanceof LogMatching.Match match) {
            accept(append, match);
        }
        return this;
    }

    @Override
    Role onCommitAdvanced(CommitAdvanced advanced) {
        if (advanced.term() == server.term()) {
            server.follow(Optional.of(advanced.leader()));
            heardLeader();
            learnCommitted(advanced.committed());
        }
        return this;
    }

    private void learnCommitted(LogPosition committed) {
        if (server.log().contains(committed)) { // §5.3: then both logs are the same until there
            server.commitTo(committed.index(), List.of());
        }
    }

    /**
     * What is answered is committed, in this term or, by the leader that it was forwarded to, in an earlier one; the log is the
     * leader's, which has all that is, as far as it has matched in this term. So who is answered here, and has written nothing
     * elsewhere, finds it in stale reads here, too, but for what this server has not got yet.
     */
    @Override
    Role onAnswers(Answers.Batch answers) {
        server.commitTo(Math.min(answers.appliedIndex(), matchedThrough), List.of());
        return super.onAnswers(answers);
    }

    private void accept(AppendEntries append, LogMatching.Match match) {
        matchedThrough = Math.max(matchedThrough, match.matchIndex());
        if (match.news().isEmpty()) {
            server.whenTermIsDurable(() -> acknowledge(append, match));
        } else {
            server.overwrite(match.news(), () -> acknowledge(append, match));
        }
        server.commitTo(Math.min(append.leaderCommit(), match.matchIndex()), List.of()); // Rule 5
    }

    private void acknowledge(AppendEntries append, LogMatching.Match match) {
        long durable = Math.min(match.matchIndex(), server.frontier.durableIndex());
        append.replyTo().tell(new AppendAccepted(append.term(), server.node, durable, append.round()));
    }

    @Override
    Role onInstallSnapshot(InstallSnapshot chunk) {
        if (chunk.term() != server.term()) {
            return super.onInstallSnapshot(chunk);
        }
        server.follow(Optional.of(chunk.leader()));
        heardLeader();
        if (chunk.snapshot().index() <= server.commitIndex()) {
            var reply = installed(chunk.snapshot());
            server.afterWrites(() -> chunk.replyTo().tell(reply));
        } else {
            server.whenTermIsDurable(() -> server.receiver().tell(new SnapshotReceiver.Chunk(chunk)));
        }
        return this;
    }

    @Override
    Role onSnapshotReceived(SnapshotReceiver.Received received) {
        heardLeader();
        var reply = installed(received.snapshot());
        if (received.snapshot().index() > server.commitIndex()) {
            server.install(received.snapshot(), () -> {
                received.replyTo().tell(reply);
                server.compaction().rests(received.snapshot());
            });
        } else {
            server.afterWrites(() -> received.replyTo().tell(reply));
        }
        return this;
    }

    private ChunkReply installed(SnapshotMetadata snapshot) {
        return new ChunkReply(server.term(), server.node, snapshot.index(), 0, true);
    }

    @Override
    Role onLinearizableQuery(Replica.Query query) {
        reads.add(query);
        return this;
    }

    @Override
    Role onReadsGathered() {
        reads.ask();
        return this;
    }

    @Override
    Role onReadIndexReply(ReadIndexReply reply) {
        reply.committed().ifPresent(this::learnCommitted);
        reads.onAnswer(
                reply.id(),
                reply.committed().stream().mapToLong(LogPosition::index).findFirst());
        return this;
    }
}
