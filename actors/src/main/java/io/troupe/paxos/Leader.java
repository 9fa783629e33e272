package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Forwarded;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.paxos.PaxosMessage.ReadAt;
import io.troupe.paxos.PaxosMessage.ReadAtReply;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.paxos.PaxosMessage.Rejected;
import io.troupe.paxos.PaxosMessage.TakeOver;
import io.troupe.replication.Answers;
import io.troupe.replication.Gathering;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Leader, or master: the distinguished proposer and distinguished learner (Paxos Made Simple, §3). One phase 1 stands for all
 * instances, and a command takes one Accept to and one Accepted from each acceptor.
 *
 * <p>Transitions: → follower, at a higher ballot, when no quorum has confirmed it for an election timeout, when another change of
 * members was decided before its own, when it has not learned for three what one that promised knows to be decided, or when it has
 * handed over; leading → boosting, when an acceptor has promised more although nobody else can lead: a node that came back after it
 * had stood alone (Paxos Made Live, §5.2); boosting → leading, when the higher ballot has its promises.
 */
final class Leader extends Role {

    /** Sent to itself when there is something to propose: what is in the mailbox until then goes along. */
    enum Flush implements Replica.Message {
        FLUSH
    }

    /** Each is long enough for a question to be lost. */
    private static final int BEHIND_TIMEOUTS_MAX = 3;

    private final Proposing proposing;
    private final MasterLease lease;
    private final ConfirmedReads reads;
    private final Reconfiguration reconfiguration;
    private final Gathering flush;
    private Phase1 phase1;
    private boolean boosting;
    private boolean ended;
    private int ticksToBeat;
    private int ticksUnconfirmed;
    private int ticksBehind;

    private Leader(PaxosServer server, Phase1 phase1) {
        super(server);
        this.phase1 = phase1;
        this.proposing = new Proposing(server);
        this.lease = new MasterLease(server.settings, server.nanoClock);
        this.reads = new ConfirmedReads(server, lease);
        this.reconfiguration = new Reconfiguration(server, proposing);
        this.flush = new Gathering(server.self, Flush.FLUSH, Gathering.ROUNDS_OF_A_BATCH);
    }

    static Role begin(PaxosServer server, Phase1 phase1) {
        Leader leader = new Leader(server, phase1);
        server.follow(Optional.of(server.node));
        leader.proposing.begin(phase1);
        leader.flush();
        leader.beat();
        return leader;
    }

    Phase1 phase1() {
        return phase1;
    }

    boolean holdsLease() {
        return lease.isHeld(server.memberships().since(server.chosenThrough() + 1));
    }

    /** Whether it has the promises of all that matter, and has learned what they knew: so it may decide and read. */
    boolean isInCharge() {
        return proposing.knowsWhatIsDecided(phase1);
    }

    /** The highest instance that it has proposed in. */
    long proposedThrough() {
        return proposing.proposedThrough();
    }

    @Override
    Replica.Role name() {
        return Replica.Role.LEADER;
    }

    @Override
    void end() {
        ended = true;
        String detail = server.node + " lost leadership of group " + server.group + " meanwhile";
        proposing.abandon(detail);
        reconfiguration.abandon(detail);
        reads.rejectAll(server.node + " no longer leads group " + server.group);
        server.transfer.leadershipEnded(Optional.empty());
    }

    // -- time

    @Override
    Role onTick() {
        reconfiguration.onTick();
        if (--ticksToBeat <= 0) {
            ticksToBeat = server.settings.ticksPerHeartbeat();
            beat();
        }
        if (++ticksUnconfirmed > server.settings.electionTicks() || reconfiguration.isOvertaken()) {
            return follow(Optional.empty());
        }
        ticksBehind = catchUp() && !server.catchUp.isFetching() ? ticksBehind + 1 : 0;
        if (ticksBehind > BEHIND_TIMEOUTS_MAX * server.settings.electionTicks()) {
            return follow(Optional.empty()); // Who knows more is away: others, asked anew, know what was voted for.
        }
        if (server.transfer.isOverdue()) {
            server.transfer.giveUp(); // It leads on, and reads without a lease from here on.
            handOverIfRemoved();
        }
        if (!boosting) {
            proposing.sendAgain(this::accept);
        }
        flush();
        return this;
    }

    /** A round begins; in it the master confirms itself as well. */
    private void beat() {
        long round = lease.begin();
        if (!server.transfer.isUnderWay()) {
            server.lease.grant(phase1.ballot());
        }
        confirmedBy(server.voter(), round);
        if (boosting) {
            prepare();
        } else {
            server.tellMembers(accept(Decrees.none(server.chosenThrough() + 1)));
            prepareNewMembers();
        }
    }

    private Accept accept(Decrees decrees) {
        return new Accept(phase1.ballot(), decrees, server.chosenThrough(), lease.round(), server.self.narrow());
    }

    private void confirmedBy(Voter voter, long round) {
        if (lease.onAnswer(voter, round, server.memberships().since(server.chosenThrough() + 1))) {
            ticksUnconfirmed = 0;
            reads.onConfirmed();
            flush.add();
        }
    }

    // -- phase 1, again

    /**
     * Who decides an open instance by a membership that was learned after the election has not been asked yet, be it the
     * latest or one before it; whoever has promised already is not asked again.
     */
    private void prepareNewMembers() {
        TreeSet<String> unasked = new TreeSet<>();
        server.memberships()
                .since(server.chosenThrough() + 1)
                .forEach(membership -> membership.acceptors().forEach((node, token) -> {
                    if (!phase1.hasPromised(new Voter(node, token))) {
                        unasked.add(node);
                    }
                }));
        var prepare = new Prepare(phase1.ballot(), phase1.from(), Ballot.NONE, server.self.narrow());
        unasked.forEach(node -> server.tell(node, prepare));
    }

    /** An acceptor has promised a higher ballot: this master goes above it. */
    private Role boost() {
        boosting = true;
        proposing.answerDirectly();
        phase1 = server.phase1(server.nextBallot());
        Phase1 boosted = phase1;
        server.promise(boosted.ballot(), () -> {
            if (phase1 == boosted && !ended) {
                promise(boosted.ballot(), boosted.from()).forEach(server.self::tell);
                prepare();
            }
        });
        return this;
    }

    private void prepare() {
        server.tellMembers(new Prepare(phase1.ballot(), phase1.from(), Ballot.NONE, server.self.narrow()));
    }

    /**
     * Somebody who has promised knows more to be decided, which it must learn before it proposes: who is asked then may not answer,
     * and others may know no more than this server.
     *
     * @return whether that is so
     */
    private boolean catchUp() {
        boolean behind = phase1.chosenThrough() > server.chosenThrough();
        if (behind) {
            server.catchUp.behind(phase1.furthest());
        }
        return behind;
    }

    @Override
    Role onPromise(Promise promise) {
        phase1.add(promise);
        catchUp();
        if (!boosting || !phase1.isComplete(server.memberships().since(server.chosenThrough() + 1))) {
            flush.add();
            return this;
        }
        if (phase1.chosenThrough() > server.chosenThrough() || !proposing.agreesWith(phase1)) {
            return follow(Optional.empty()); // Somebody else has led meanwhile.
        }
        boosting = false;
        proposing.proposeAgain(this::propose);
        flush();
        return this;
    }

    @Override
    Role onRejected(Rejected rejected) {
        super.onRejected(rejected);
        boolean isAbove =
                rejected.ballot().equals(phase1.ballot()) && rejected.promised().isAfter(phase1.ballot());
        if (!isAbove) {
            return this;
        }
        boolean isMaster = holdsLease() && !server.transfer.isUnderWay(); // Else that ballot may be another leader's.
        return isMaster ? boost() : follow(Optional.empty());
    }

    // -- phase 2

    @Override
    Role onFlush() {
        if (flush.isOver()) {
            flush();
        }
        return this;
    }

    private void flush() {
        if (!boosting && !server.transfer.isUnderWay() && !reconfiguration.isOvertaken()) {
            proposing.flush(phase1, this::propose);
        }
        if (reads.begin(() -> proposing.knowsWhatIsDecided(phase1))) {
            beat();
        }
    }

    /** Phase 2(a); this acceptor's own vote is counted when it is durable. */
    private void propose(Decrees decrees) {
        Ballot ballot = phase1.ballot();
        Accept accept = accept(decrees);
        server.accept(ballot, decrees, () -> {
            if (!ended) {
                onVoted(new Accepted(
                        ballot, server.voter(), decrees.first(), decrees.last(), 0, server.chosenThrough()));
                if (proposing.isQueued()) {
                    flush.add(); // The disk is free for what has come meanwhile.
                }
            }
        });
        proposing.voters(decrees).forEach(node -> server.tell(node, accept));
    }

    @Override
    Role onAccepted(Accepted accepted) {
        if (accepted.ballot().equals(phase1.ballot())) {
            reconfiguration.heard(accepted.from(), accepted.chosenThrough());
            confirmedBy(accepted.from(), accepted.round());
            onVoted(accepted);
        }
        return this;
    }

    private void onVoted(Accepted accepted) {
        if (accepted.ballot().equals(phase1.ballot()) && proposing.onVoted(accepted)) {
            reconfiguration.onDecided();
            handOverIfRemoved();
            flush.add();
        }
    }

    /** It has learned from others: what it has open there is not what was decided, for all it knows. */
    @Override
    Role onProgress() {
        if (proposing.isOvertaken()) {
            return follow(Optional.empty());
        }
        flush.add();
        return this;
    }

    @Override
    void onApplied() {
        proposing.onApplied();
    }

    // -- clients

    @Override
    Role onProposal(Replica.Request request) {
        return onProposal(request, Optional.empty());
    }

    /** Who has promised this ballot learns from the answers; who follows another is told of none. */
    @Override
    Role onForwarded(Forwarded forwarded) {
        boolean follows = forwarded.ballot().equals(phase1.ballot());
        return onProposal(forwarded.request(), follows ? Optional.of(forwarded.via()) : Optional.empty());
    }

    private Role onProposal(Replica.Request request, Optional<ActorRef<Answers.Batch>> via) {
        if (request instanceof Replica.TransferLeadership asked) {
            return onTransferLeadership(asked);
        }
        if (server.transfer.isUnderWay()) {
            Rejections.reject(
                    request, Replica.Reason.NO_LEADER, "leadership of group " + server.group + " is being transferred");
        } else if (request instanceof Replica.Reconfigure reconfigure) {
            reconfiguration.begin(reconfigure, proposing.knowsWhatIsDecided(phase1));
        } else {
            proposing.add(request, via);
        }
        flush.add();
        return this;
    }

    @Override
    Role onReadmit(Readmit readmit) {
        reconfiguration.readmit(readmit.voter(), proposing.knowsWhatIsDecided(phase1));
        flush.add();
        return this;
    }

    @Override
    Role onReadAtLeader(Replica.Query query) {
        boolean leased = query.consistency() == ReadConsistency.LEASE;
        if (reads.isFull()) {
            Rejections.rejectRead(query, server.settings.maxPendingReads());
        } else {
            read(
                    leased,
                    new ConfirmedReads.Read(
                            index -> server.ask(index, List.of(query)),
                            detail -> Rejections.reject(query, Replica.Reason.NO_LEADER, detail)));
        }
        return this;
    }

    @Override
    Role onReadAt(ReadAt request) {
        if (reads.isFull()) {
            return super.onReadAt(request);
        }
        read(
                request.underLease(),
                new ConfirmedReads.Read(
                        index -> request.replyTo().tell(new ReadAtReply(request.id(), index)),
                        detail -> request.replyTo().tell(new ReadAtReply(request.id(), ReadAtReply.REFUSED))));
        return this;
    }

    private void read(boolean leased, ConfirmedReads.Read read) {
        if (leased && holdsLease() && proposing.knowsWhatIsDecided(phase1)) {
            read.serve().accept(server.chosenThrough()); // Made Live §5.2: nobody need be asked
        } else {
            reads.add(read);
            flush.add();
        }
    }

    // -- handing over

    @Override
    Role onTransferLeadership(Replica.TransferLeadership request) {
        Optional<String> target = request.target().or(this::anotherVoter);
        if (request.target().filter(server.node::equals).isPresent()) {
            request.replyTo().tell(new Replica.LeadershipTransferred(server.node));
        } else if (server.transfer.isUnderWay()) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, "leadership is already being transferred");
        } else if (target.isEmpty() || !otherVoters().contains(target.get())) {
            Rejections.reject(
                    request,
                    Replica.Reason.UNSUPPORTED,
                    "leadership can go to one of the other voters, which are " + otherVoters() + ", and not to "
                            + target.orElse("anybody"));
        } else {
            handOver(target.get(), Optional.of(request));
        }
        return this;
    }

    private List<String> otherVoters() {
        return server.memberships().at(server.chosenThrough() + 1).voters().stream()
                .filter(node -> !node.equals(server.node))
                .toList();
    }

    /** Drawn: one that lost its journal, or is cut off, cannot take over, and the next time it may be another. */
    private Optional<String> anotherVoter() {
        List<String> reachable = otherVoters().stream()
                .filter(node -> server.peer(node).isPresent())
                .toList();
        return reachable.isEmpty()
                ? Optional.empty()
                : Optional.of(reachable.get(server.random.nextInt(reachable.size())));
    }

    /** First its lease ends, then another may stand. */
    private void handOver(String target, Optional<Replica.TransferLeadership> request) {
        lease.release();
        server.lease.release();
        server.transfer.begin(target, request);
        server.transfer.told();
        server.tell(target, new TakeOver(phase1.ballot()));
    }

    /** A leader without a vote leads until what it decides without itself is in force (§3; α). */
    private void handOverIfRemoved() {
        boolean removed = !server.memberships().latest().counts(server.voter())
                && server.memberships().isInForce(server.chosenThrough() + 1);
        if (removed && !server.transfer.isUnderWay()) {
            anotherVoter().ifPresent(next -> handOver(next, Optional.empty()));
        }
    }
}
