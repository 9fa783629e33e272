package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.paxos.PaxosMessage.Rejected;
import io.troupe.replication.Replica;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Candidate: phase 1 of one ballot, once for all instances (Paxos Made Simple, §3). The ballot is written down, as this
 * acceptor's own promise, before anybody hears of it.
 *
 * <p>Transitions: → leader, when a quorum of every membership that decides an open instance has promised, and what any of
 * them knows to be decided is known here too; → follower, when a higher ballot or a lease stands against it, or at a
 * timeout.
 */
final class Candidate extends Role {

    private final Phase1 phase1;
    private final Ballot released;
    private final TreeSet<String> refused = new TreeSet<>();
    private final int failures;
    private int ticksLeft;
    private boolean prepared;
    private boolean ended;

    private Candidate(PaxosServer server, Ballot ballot, Ballot released, int failures) {
        super(server);
        this.phase1 = server.phase1(ballot);
        this.released = released;
        this.failures = failures;
        this.ticksLeft = server.settings.electionTicks();
    }

    /** @param released see {@link Prepare} */
    static Role begin(PaxosServer server, Ballot released, int failures) {
        Candidate candidate = new Candidate(server, server.nextBallot(), released, failures);
        server.follow(Optional.empty());
        server.promise(candidate.phase1.ballot(), candidate::prepare);
        return candidate;
    }

    /** Phase 1(a). */
    private void prepare() {
        if (!ended) {
            prepared = true;
            promise(phase1.ballot(), phase1.from()).forEach(server.self::tell);
            askMembers();
        }
    }

    private void askMembers() {
        refused.clear();
        server.tellMembers(new Prepare(phase1.ballot(), phase1.from(), released, server.self.narrow()));
    }

    Phase1 phase1() {
        return phase1;
    }

    @Override
    Replica.Role name() {
        return Replica.Role.CANDIDATE;
    }

    @Override
    void end() {
        ended = true;
    }

    @Override
    Role onTick() {
        if (--ticksLeft <= 0) {
            return giveUp();
        }
        if (prepared && ticksLeft % server.settings.ticksPerHeartbeat() == 0) {
            askMembers(); // A message was lost, or a lease has run out.
        }
        return this;
    }

    private Role giveUp() {
        end();
        return new Follower(server, failures + 1);
    }

    @Override
    Role onRejected(Rejected rejected) {
        super.onRejected(rejected);
        if (!rejected.ballot().equals(phase1.ballot())) {
            return this;
        }
        refused.add(rejected.from());
        boolean isBeaten = rejected.promised().isAfter(phase1.ballot());
        return isBeaten || !canStillWin() ? giveUp() : this;
    }

    /** Leases may stand against it at some acceptors and not at others. */
    private boolean canStillWin() {
        Membership membership = server.memberships().at(server.chosenThrough() + 1);
        long left = membership.voters().stream()
                .filter(node -> !refused.contains(node))
                .count();
        return left >= phase1.quorums(membership).phase1();
    }

    @Override
    Role onPromise(Promise promise) {
        phase1.add(promise);
        return onProgress();
    }

    @Override
    Role onProgress() {
        boolean complete = phase1.isComplete(server.memberships().since(server.chosenThrough() + 1));
        if (!complete) {
            return this;
        }
        if (phase1.chosenThrough() > server.chosenThrough()) {
            server.catchUp.behind(phase1.furthest());
            return this;
        }
        if (!server.mayStand()) {
            return giveUp(); // It has learned that it is no member any more.
        }
        end();
        return Leader.begin(server, phase1);
    }
}
