package io.troupe.raft;

import io.troupe.raft.RaftMessage.PreVote;
import io.troupe.raft.RaftMessage.PreVoteReply;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Replica;
import java.util.TreeSet;

/**
 * Pre-candidate (thesis §9.6): asks whether it would be elected before it disturbs anybody with a higher term. Asks again
 * with every heartbeat interval: a server that has heard the lost leader a little later than this one supports nobody yet.
 *
 * <p>Transitions: → candidate, when a quorum would vote for it; → pre-candidate again, at an election timeout; →
 * follower, when it hears a leader or a higher term.
 */
final class PreCandidate extends Role {

    private final TreeSet<String> supporters = new TreeSet<>();
    private final int timeoutTicks;
    private int ticks;

    private final PreVote request;

    private PreCandidate(RaftServer server) {
        super(server);
        this.request = new PreVote(server.term() + 1, server.node, server.log().last(), server.self.narrow());
        this.timeoutTicks = server.randomElectionTicks();
    }

    static Role begin(RaftServer server) {
        PreCandidate candidate = new PreCandidate(server);
        candidate.ask();
        return candidate.count(server.node);
    }

    private void ask() {
        server.voters().forEach(peer -> peer.tell(request));
    }

    private Role count(String supporter) {
        supporters.add(supporter);
        return server.configuration().isQuorum(supporters) ? Candidate.begin(server, false) : this;
    }

    @Override
    Replica.Role name() {
        return Replica.Role.CANDIDATE;
    }

    @Override
    Role onTick() {
        if (++ticks >= timeoutTicks) {
            return again();
        }
        if (ticks % server.settings.ticksPerHeartbeat() == 0) {
            ask();
        }
        return this;
    }

    private Role again() {
        return server.mayStand() ? begin(server) : new Follower(server);
    }

    /** A voter that is found late is asked late. */
    @Override
    Role onPeerAt(PeerDirectory.PeerAt at) {
        if (server.configuration().isVoter(at.node())) {
            at.replica().ifPresent(peer -> peer.tell(request));
        }
        return this;
    }

    @Override
    Role onPreVoteReply(PreVoteReply reply) {
        if (reply.granted() && reply.term() == server.term() + 1) {
            return count(reply.from());
        }
        return super.onPreVoteReply(reply);
    }
}
