package io.troupe.raft;

import io.troupe.raft.RaftMessage.RequestVote;
import io.troupe.raft.RaftMessage.VoteReply;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Candidate (Figure 2, "Candidates"; §5.2): in a new term, votes for itself, and asks for votes when its own is
 * durable.
 *
 * <p>Transitions: → leader, with the votes of a quorum; → follower, when it hears a leader of its term or any
 * higher term, or cannot win any more; → pre-candidate, at an election timeout.
 */
final class Candidate extends Role {

    private final TreeSet<String> votes = new TreeSet<>();
    private final TreeSet<String> refusals = new TreeSet<>();
    private final RequestVote request;
    private int timeoutTicks;
    private int ticks;
    private boolean asks;

    private Candidate(RaftServer server, boolean transfer) {
        super(server);
        this.request = new RequestVote(server.term(), server.node, server.log().last(), transfer, server.self.narrow());
        this.timeoutTicks = server.randomElectionTicks();
    }

    /** @param transfer the leader asked for this election, and its followers shall not protect it (thesis §3.10) */
    static Candidate begin(RaftServer server, boolean transfer) {
        server.follow(Optional.empty());
        server.enterTerm(server.term() + 1);
        Candidate candidate = new Candidate(server, transfer);
        // Not before it is durable: after a crash another vote in this term could be asked for with a shorter log.
        server.castVote(server.node, () -> {
            candidate.asks = true;
            server.voters().forEach(peer -> peer.tell(candidate.request));
            server.self.tell(new VoteReply(candidate.request.term(), server.node, true));
        });
        return candidate;
    }

    @Override
    Replica.Role name() {
        return Replica.Role.CANDIDATE;
    }

    @Override
    Role onTick() {
        if (++ticks < timeoutTicks) {
            return this;
        }
        return server.mayStand() ? PreCandidate.begin(server) : new Follower(server);
    }

    /** A voter that is found late, or came back, is asked late. */
    @Override
    Role onPeerAt(PeerDirectory.PeerAt at) {
        if (asks && server.configuration().isVoter(at.node())) {
            at.replica().ifPresent(peer -> peer.tell(request));
        }
        return this;
    }

    @Override
    Role onVoteReply(VoteReply reply) {
        if (reply.term() != server.term()) { // An answer of an earlier term is no vote in this one.
            return super.onVoteReply(reply);
        }
        boolean news = (reply.granted() ? votes : refusals).add(reply.from());
        if (news && !reply.granted()) {
            standAgainSoon();
        }
        if (server.configuration().isQuorum(votes)) {
            return Leader.begin(server);
        }
        return server.configuration().isLost(refusals) ? followIn(server.term(), Optional.empty()) : this;
    }

    /**
     * The vote is split: pre-vote said that the refuser's log is no later, so it votes for another. Two that stood in the
     * same moment are parted by a random share of half an election timeout, and need not wait for a whole one first.
     */
    private void standAgainSoon() {
        timeoutTicks = Math.min(timeoutTicks, ticks + server.randomTicksOfSplitVote());
    }
}
