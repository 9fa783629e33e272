package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.ForwardedProposals;
import io.troupe.raft.RaftMessage.ReadIndex;
import io.troupe.raft.RaftMessage.TimeoutNow;
import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Gathering;
import io.troupe.replication.LeadershipTransfer;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Proposals;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Leader (Figure 2, "Leaders"): appends clients' commands, has a replicator bring them to each peer, writes them to
 * its own disk meanwhile (thesis §10.2.1), and commits what a quorum has.
 *
 * <p>Transitions: → follower, at a higher term, or when it has not heard a quorum for an election timeout (thesis
 * §6.2). A leader never becomes a candidate, and never changes or removes an entry of its log.
 */
final class Leader extends Role {

    /** Sent to itself when there is something to write or send: what is in the mailbox until then goes along. */
    enum Flush implements Replica.Message {
        FLUSH
    }

    private final Replication replication;
    private final Reconfiguration reconfiguration;
    private final TreeSet<String> heard = new TreeSet<>();
    private final Proposals proposals;
    private final HeartbeatRounds rounds;
    private final ReadRounds reads;
    private final Gathering flush;
    private long flushedIndex;
    private int ticksToBeat;
    private int ticksToCheckQuorum;
    private boolean ended;

    private Leader(RaftServer server) {
        super(server);
        this.replication = new Replication(server);
        this.reconfiguration = new Reconfiguration(server, replication);
        this.proposals = new Proposals(server.settings.maxPendingProposals(), server.settings.maxPendingBytes());
        this.rounds = new HeartbeatRounds(server);
        this.reads = new ReadRounds(server, rounds);
        this.flush = new Gathering(server.self, Flush.FLUSH, Gathering.ROUNDS_OF_A_BATCH);
        this.ticksToBeat = server.settings.ticksPerHeartbeat();
        this.ticksToCheckQuorum = server.settings.electionTicks();
    }

    static Role begin(RaftServer server) {
        Leader leader = new Leader(server);
        server.follow(Optional.of(server.node));
        leader.flushedIndex = server.log().lastIndex();
        server.append(new Entry.NoOp()); // §8: commits what earlier terms left
        leader.replication.follow(server.configuration());
        leader.send();
        leader.beat();
        return leader;
    }

    @Override
    Replica.Role name() {
        return Replica.Role.LEADER;
    }

    @Override
    boolean hearsLeader() {
        return true; // Itself; check-quorum ends that when it is alone.
    }

    @Override
    void end(Optional<String> leader) {
        ended = true;
        writeAppended(() -> {}); // It stays in the log, so the disk must have it: a later write goes on from there.
        replication.stop();
        String detail = server.node + " lost leadership of group " + server.group + " meanwhile";
        proposals.abandon(detail);
        reconfiguration.abandon(detail);
        reads.rejectAll(server.node + " no longer leads group " + server.group);
        server.transfer().leadershipEnded(leader);
    }

    // -- time

    @Override
    Role onTick() {
        if (--ticksToBeat <= 0) {
            ticksToBeat = server.settings.ticksPerHeartbeat();
            beat();
        }
        if (--ticksToCheckQuorum <= 0) {
            ticksToCheckQuorum = server.settings.electionTicks();
            heard.add(server.node);
            if (!server.configuration().isQuorum(heard)) { // thesis §6.2
                return followIn(server.term(), Optional.empty());
            }
            heard.clear();
        }
        replication.onTick();
        if (server.transfer().isOverdue()) {
            return giveUpTransfer();
        }
        return this;
    }

    private void beat() {
        replication.beat(rounds.begin());
    }

    // -- replication

    @Override
    Role onFlush() {
        if (flush.isOver()) {
            flush();
        }
        return this;
    }

    /**
     * Sends and writes what was appended; unless this server's disk is busy with what came before: what comes until it is free
     * goes along, and costs no messages and no sync of its own. Where the others have committed all without this disk, nothing
     * waits for it.
     */
    private void flush() {
        if (Math.max(server.frontier.durableIndex(), server.commitIndex()) >= flushedIndex) {
            send();
        }
    }

    private void send() {
        replication.advanceAll();
        writeAppended(this::onDurable);
    }

    private void onDurable() {
        advanceCommitIndex();
        if (!ended && server.log().lastIndex() > flushedIndex) {
            flush.add(); // The disk is free for what has come meanwhile.
        }
    }

    private void writeAppended(Runnable durable) {
        if (server.log().lastIndex() > flushedIndex) {
            long first = flushedIndex + 1;
            flushedIndex = server.log().lastIndex();
            server.writeFrom(first, durable);
        }
    }

    @Override
    Role onProgress(Replicator.Progress progress) {
        if (progress.term() != server.term() || !replication.onProgress(progress)) {
            return this; // Of an earlier leadership, or of a peer that left.
        }
        heard.add(progress.peer());
        advanceCommitIndex();
        rounds.onAnswered(progress.peer(), progress.round());
        reads.onAnswered();
        sendTimeoutNow();
        return this;
    }

    private void advanceCommitIndex() {
        if (ended) {
            return;
        }
        replication.advanceWitnesses();
        long index = server.configuration().indexOnQuorum(this::durableIndexOf);
        boolean ownTerm = server.log().termAt(index) == server.term(); // §5.4.2: earlier terms' go along
        if (index > server.commitIndex() && ownTerm) {
            server.commitTo(index, proposals.committedThrough(index));
            flush.add();
            reads.gather();
            reconfigureOn();
        }
    }

    long durableIndexOf(String node) {
        return node.equals(server.node) ? server.frontier.durableIndex() : replication.matchIndex(node);
    }

    @Override
    Role onPeerAt(PeerDirectory.PeerAt at) {
        replication.peerAt(at.node(), server.peer(at.node()));
        return this;
    }

    @Override
    Role onApplied() {
        proposals.appliedThrough(server.appliedIndex());
        return this;
    }

    @Override
    Role onCompacted() {
        flush.add(); // So that replicators let go of the old array, and know the new snapshot.
        return this;
    }

    @Override
    Role onAppendEntries(AppendEntries append) {
        if (append.term() == server.term()) {
            throw new IllegalStateException("Group " + server.group + " has two leaders in term " + server.term() + ": "
                    + server.node + " and " + append.leader());
        }
        return super.onAppendEntries(append);
    }

    // -- clients

    @Override
    Role onProposal(Replica.Request request, boolean forwarded) {
        if (request instanceof Replica.TransferLeadership asked) {
            return onTransferLeadership(asked);
        }
        if (request instanceof Replica.Query query) { // Of a witness's client.
            return onQuery(query);
        }
        if (!takesProposals()) {
            rejectForTransfer(request);
        } else if (request instanceof Replica.Propose propose) {
            propose(propose, Optional.empty());
        } else if (request instanceof Replica.OpenSession open && hasRoomFor(request, 0)) {
            long index = server.append(new Entry.OpenSession());
            proposals.add(new Applier.Waiting(index, Replica.NO_SESSION, 0, 0, open.replyTo(), Optional.empty()));
            flush.add();
        } else if (request instanceof Replica.Reconfigure reconfigure) {
            reconfigure(reconfigure);
        }
        return this;
    }

    /** Thesis §3.10: not while leadership is handed over. */
    private boolean takesProposals() {
        return !server.transfer().isUnderWay();
    }

    private void rejectForTransfer(Replica.Request request) {
        Rejections.reject(
                request, Replica.Reason.NO_LEADER, "leadership of group " + server.group + " is being transferred");
    }

    /** This server came to lead after it had gathered them for another leader. */
    @Override
    Role forward() {
        server.forwarding.take().forEach(propose -> onProposal(propose, false));
        return this;
    }

    /** Who is of this term learns from the answers what is committed; the log of one of another is none of this leader's. */
    @Override
    Role onForwardedProposals(ForwardedProposals forwarded) {
        Optional<ActorRef<Answers.Batch>> via =
                forwarded.term() == server.term() ? Optional.of(forwarded.via()) : Optional.empty();
        for (Replica.Propose propose : forwarded.toProposes()) {
            if (!takesProposals()) {
                rejectForTransfer(propose);
            } else {
                propose(propose, via);
            }
        }
        return this;
    }

    private void propose(Replica.Propose propose, Optional<ActorRef<Answers.Batch>> via) {
        int length = propose.command().length();
        if (length > server.settings.maxEntryBytes()) {
            Rejections.reject(
                    propose,
                    Replica.Reason.TOO_LARGE,
                    "the command has " + length + " bytes; at most " + server.settings.maxEntryBytes()
                            + " are taken (troupe.raft.max-entry-bytes)");
        } else if (hasRoomFor(propose, length)) {
            long index = server.append(new Entry.Command(
                    propose.session(), propose.serial(), propose.acknowledgedBelow(), propose.command()));
            proposals.add(
                    new Applier.Waiting(index, propose.session(), propose.serial(), length, propose.replyTo(), via));
            flush.add();
        }
    }

    private boolean hasRoomFor(Replica.Request request, long sizeBytes) {
        boolean room = proposals.hasRoomFor(sizeBytes);
        if (!room) {
            Rejections.reject(
                    request,
                    Replica.Reason.OVERLOADED,
                    "the leader of group " + server.group + " has its limit of proposals under way");
        }
        return room;
    }

    @Override
    Role onLinearizableQuery(Replica.Query query) {
        reads.add(query);
        return this;
    }

    @Override
    Role onReadIndex(ReadIndex request) {
        reads.add(request);
        return this;
    }

    @Override
    Role onReadsGathered() {
        if (reads.begin()) {
            replication.beat(rounds.latest());
        }
        return this;
    }

    // -- membership (§6; thesis §4)

    private void reconfigure(Replica.Reconfigure request) {
        SortedSet<String> before = server.configuration().peersOf(server.node);
        if (reconfiguration.begin(request)) {
            server.configuration().peersOf(server.node).stream()
                    .filter(peer -> !before.contains(peer))
                    .forEach(heard::add); // Who is new has an election timeout at the least to be heard.
            flush.add();
        }
    }

    /** Not while leadership is handed over: the new leader would lack what is appended now, and goes on itself. */
    private void reconfigureOn() {
        boolean stays = !server.transfer().isUnderWay();
        if (stays && reconfiguration.advance()) {
            flush.add();
        }
        if (stays && reconfiguration.isRemoved()) {
            mostCaughtUp(successors()).ifPresent(successor -> handOver(successor, Optional.empty()));
        }
    }

    // -- transfer (thesis §3.10)

    @Override
    Role onTransferLeadership(Replica.TransferLeadership request) {
        SortedSet<String> successors = successors();
        Optional<String> target = request.target().or(() -> mostCaughtUp(successors));
        if (server.transfer().isUnderWay()) {
            Rejections.reject(
                    request,
                    Replica.Reason.OVERLOADED,
                    "leadership of group " + server.group + " is already being transferred to "
                            + server.transfer().target());
        } else if (target.equals(Optional.of(server.node))) {
            request.replyTo().tell(new Replica.LeadershipTransferred(server.node));
        } else if (target.isEmpty() || !successors.contains(target.get())) {
            Rejections.reject(
                    request,
                    Replica.Reason.UNSUPPORTED,
                    "leadership of group " + server.group
                            + " can go to one of the other voters that keep the state, which are " + successors
                            + ", and not to " + target.orElse("anybody else"));
        } else {
            handOver(target.get(), Optional.of(request));
        }
        return this;
    }

    /** The other voters, but for witnesses and those that are about to go. */
    private SortedSet<String> successors() {
        SortedSet<String> others = new TreeSet<>(server.configuration().voters());
        others.remove(server.node);
        others.removeAll(server.configuration().witnesses());
        return others;
    }

    /** Of those that were heard lately, if any were. */
    private Optional<String> mostCaughtUp(SortedSet<String> candidates) {
        Comparator<String> byLog = Comparator.comparingLong(this::durableIndexOf);
        return candidates.stream().filter(heard::contains).max(byLog).or(() -> candidates.stream()
                .max(byLog));
    }

    private void handOver(String target, Optional<Replica.TransferLeadership> request) {
        server.transfer().begin(target, request);
        sendTimeoutNow();
    }

    private void sendTimeoutNow() {
        LeadershipTransfer transfer = server.transfer();
        if (!transfer.isToBeTold() || !hasWholeLog(transfer.target())) {
            return;
        }
        server.peer(transfer.target()).ifPresent(target -> {
            transfer.told();
            rounds.renounceLease();
            target.tell(new TimeoutNow(server.term(), server.node));
        });
    }

    private boolean hasWholeLog(String node) {
        return durableIndexOf(node) >= server.log().lastIndex();
    }

    private Role giveUpTransfer() {
        server.transfer().giveUp();
        if (reconfiguration.isRemoved()) {
            return followIn(server.term(), Optional.empty());
        }
        reconfigureOn();
        return this;
    }
}
