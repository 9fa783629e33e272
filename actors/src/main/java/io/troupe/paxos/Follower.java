package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.ReadAtReply;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.paxos.PaxosMessage.TakeOver;
import io.troupe.replication.Answers;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import java.util.Optional;

/**
 * Follower: votes as the leader proposes. When it hears no leader for a time, random between one and two election timeouts
 * and doubled with each attempt that failed, it stands (Paxos Made Simple, §2.4: progress needs one distinguished
 * proposer, and randomness to find it).
 *
 * <p>Transitions: → candidate, at a timeout, or when the leader hands over. One that may not vote never stands.
 */
final class Follower extends Role {

    private static final int DOUBLINGS_MAX = 4;

    private final ForwardedReads linearizable;
    private final ForwardedReads underLease;
    private int failures;
    private int ticksSilent;
    private int timeoutTicks;
    private int ticksToReadmit;

    Follower(PaxosServer server) {
        this(server, 0);
    }

    /** @param failures attempts to lead that failed since a leader was heard */
    Follower(PaxosServer server, int failures) {
        super(server);
        this.linearizable = FollowerReads.linearizable(server);
        this.underLease = FollowerReads.underLease(server);
        this.failures = failures;
        this.timeoutTicks = randomTicks();
    }

    private int randomTicks() {
        int ticks = server.settings.electionTicks();
        return ticks + server.random.nextInt(ticks << Math.min(failures, DOUBLINGS_MAX));
    }

    @Override
    Replica.Role name() {
        return server.memberships().at(server.chosenThrough() + 1).counts(server.voter())
                ? Replica.Role.FOLLOWER
                : Replica.Role.LEARNER;
    }

    @Override
    void end() {
        linearizable.rejectAll(noLeader());
        underLease.rejectAll(noLeader());
    }

    @Override
    void heardLeader() {
        ticksSilent = 0;
        failures = 0;
    }

    @Override
    Role onTick() {
        linearizable.onTick();
        underLease.onTick();
        askToBeReadmitted();
        if (++ticksSilent < timeoutTicks || server.lease.isHeldAgainst(server.node, Ballot.NONE)) {
            return this;
        }
        ticksSilent = 0;
        timeoutTicks = randomTicks();
        server.follow(Optional.empty());
        if (!server.mayStand()) {
            server.anyPeer().ifPresent(server.catchUp::behind); // It may have a vote, and not know it yet.
            return this;
        }
        end();
        return Candidate.begin(server, Ballot.NONE, failures);
    }

    /** Its disk had lost what it held: the group knows it under an earlier token (see {@link Rebuilding}). */
    private void askToBeReadmitted() {
        Long known = server.memberships().latest().acceptors().get(server.node);
        boolean isForgotten = known != null && known != server.voter().token();
        if (isForgotten && --ticksToReadmit <= 0) {
            ticksToReadmit = server.settings.electionTicks();
            server.leader().ifPresent(leader -> server.tell(leader, new Readmit(server.voter())));
        }
    }

    @Override
    Role onTakeOver(TakeOver message) {
        if (!server.mayStand() || !message.ballot().equals(server.pledge().promised())) {
            return this;
        }
        end();
        return Candidate.begin(server, message.ballot(), failures);
    }

    /**
     * What is answered was decided by the ballot in which it was forwarded, which this acceptor had promised. So what it has voted
     * for in its present ballot, that one or a higher, is what was decided (§2.2, P2c). Who is answered here, and has written
     * nothing elsewhere, finds it in stale reads here, too, but for what this replica has not got yet.
     */
    @Override
    Role onAnswers(Answers.Batch answers) {
        server.chooseVoted(server.pledge().promised(), answers.appliedIndex());
        return super.onAnswers(answers);
    }

    @Override
    Role onReadAtLeader(Replica.Query query) {
        (query.consistency() == ReadConsistency.LEASE ? underLease : linearizable).add(query);
        return this;
    }

    @Override
    Role onReadsGathered() {
        linearizable.ask();
        underLease.ask();
        return this;
    }

    @Override
    Role onReadAtReply(ReadAtReply reply) {
        linearizable.onAnswer(reply.id(), reply.answer());
        underLease.onAnswer(reply.id(), reply.answer());
        return this;
    }
}
