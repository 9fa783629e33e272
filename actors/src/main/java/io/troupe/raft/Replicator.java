package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendAccepted;
import io.troupe.raft.RaftMessage.AppendEntries;
import io.troupe.raft.RaftMessage.AppendRejected;
import io.troupe.raft.RaftMessage.AppendReply;
import io.troupe.raft.RaftMessage.CommitAdvanced;
import io.troupe.replication.Replica;
import io.troupe.replication.SnapshotStorage;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The leader's half of replication to one peer during one term (Figure 2, "Rules for Servers: Leaders"; thesis
 * §10.2.2 for the pipeline). Lives and dies with the leadership, so an answer of another term never reaches it.
 *
 * <p>Transitions: probing → replicating, when an AppendEntries is accepted; replicating → probing, when one
 * is rejected or the peer comes back; either → snapshot, when the peer needs what is compacted; snapshot →
 * probing, when it is installed or the sending failed.
 */
final class Replicator extends AbstractBehavior<Replicator.Command> {

    sealed interface Command
            permits Advance, Beat, PeerAt, CommitDue, SnapshotSender.Finished, SenderGone, AppendReply {}

    /**
     * The leader's log, as far as it is for this peer, and its commit index, as of now.
     *
     * @param witness the peer gets no commands and no state
     */
    record Advance(LogView log, SnapshotMetadata snapshot, long commitIndex, boolean witness) implements Command {}

    /** Say something now: a heartbeat, or confirmation for reads. */
    record Beat(long round) implements Command {}

    /** Where the peer's replica is; empty when it cannot be reached. */
    record PeerAt(Optional<ActorRef<RaftMessage>> replica) implements Command {}

    /** A commit index that nothing was sent along with may be told alone again. */
    private enum CommitDue implements Command {
        COMMIT_DUE
    }

    private record SenderGone(long attempt) implements Command {}

    /** What every replicator of a leadership shares. */
    record Leadership(
            String group,
            String leader,
            long term,
            RaftSettings settings,
            SnapshotStorage storage,
            ActorRef<? super Event> replica) {

        Leadership with(SnapshotStorage other) {
            return new Leadership(group, leader, term, settings, other, replica);
        }
    }

    sealed interface Event extends Replica.Message permits Progress, HigherTerm, SnapshotDamaged {}

    /**
     * The peer answered in this term.
     *
     * @param matchIndex known to be durable there
     * @param generation of the replicator, told apart within a term
     * @param round of the message it answered
     */
    record Progress(long term, String peer, long generation, long matchIndex, long round) implements Event {}

    record HigherTerm(long term) implements Event {}

    /** The stored snapshot of this index cannot be brought to the peer; another is needed. */
    record SnapshotDamaged(long index) implements Event {}

    private enum State {
        PROBING,
        REPLICATING,
        SNAPSHOT
    }

    private final Leadership leadership;
    private final String peer;
    private final long generation;
    private final InFlight inFlight;
    private final TimerScheduler<Command> timers;
    private Optional<ActorRef<RaftMessage>> replica = Optional.empty();
    private LogView log;
    private SnapshotMetadata snapshot;
    private long commitIndex;
    private boolean witness;
    private long round;

    private State state = State.PROBING;
    private long nextIndex;
    private long matchIndex;
    private long commitIndexSent;
    private boolean probeUnderWay;
    private Optional<ActorRef<SnapshotSender.Command>> sender = Optional.empty();
    private long snapshotAttempt;

    static Behavior<Command> create(Leadership leadership, String peer, long generation, Advance start) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Replicator(context, timers, leadership, peer, generation, start)));
    }

    private Replicator(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Leadership leadership,
            String peer,
            long generation,
            Advance start) {
        super(context);
        this.timers = timers;
        this.leadership = leadership;
        this.peer = peer;
        this.generation = generation;
        this.inFlight = new InFlight(
                leadership.settings().maxInFlightMessages(),
                leadership.settings().maxInFlightBytes());
        this.log = start.log();
        this.snapshot = start.snapshot();
        this.commitIndex = start.commitIndex();
        this.witness = start.witness();
        // Just before the leader's no-op: what a follower most likely lacks. A witness may be to get nothing yet.
        this.nextIndex = Math.max(log.base().index() + 1, log.lastIndex());
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Advance.class, this::onAdvance)
                .onMessage(AppendAccepted.class, this::onAccepted)
                .onMessage(AppendRejected.class, this::onRejected)
                .onMessage(Beat.class, this::onBeat)
                .onMessage(PeerAt.class, this::onPeerAt)
                .onMessage(CommitDue.class, due -> onCommitDue())
                .onMessage(SnapshotSender.Finished.class, this::onSnapshotFinished)
                .onMessage(SenderGone.class, this::onSenderGone)
                .build();
    }

    private Behavior<Command> onAdvance(Advance advance) {
        log = advance.log();
        snapshot = advance.snapshot();
        commitIndex = advance.commitIndex();
        witness = advance.witness();
        sendWhatIsDue();
        return this;
    }

    private Behavior<Command> onPeerAt(PeerAt at) {
        if (!replica.equals(at.replica())) {
            replica = at.replica();
            stopSender(); // It sends to where the peer was.
            probe(matchIndex > 0 ? matchIndex + 1 : nextIndex);
            sendWhatIsDue();
        }
        return this;
    }

    private Behavior<Command> onBeat(Beat beat) {
        round = Math.max(round, beat.round());
        switch (state) {
            case PROBING -> beatWhileProbing();
            case REPLICATING -> sendEmpty(new LogPosition(nextIndex - 1, log.termAt(nextIndex - 1)));
            case SNAPSHOT ->
                send(LogPosition.ORIGIN, LogSlice.empty(1)); // The beginning: everybody's log agrees there.
        }
        return this;
    }

    private Behavior<Command> onAccepted(AppendAccepted accepted) {
        if (heardHigherTerm(accepted)) {
            return this;
        }
        matchIndex = Math.max(matchIndex, accepted.matchIndex());
        inFlight.arrivedThrough(accepted.matchIndex());
        if (state == State.PROBING && accepted.matchIndex() >= nextIndex - 1) {
            state = State.REPLICATING;
            nextIndex = Math.max(nextIndex, matchIndex + 1);
        }
        report(accepted);
        sendWhatIsDue();
        return this;
    }

    private Behavior<Command> onRejected(AppendRejected rejected) {
        if (heardHigherTerm(rejected)) {
            return this;
        }
        report(rejected);
        boolean stale = state == State.SNAPSHOT
                || rejected.previousIndex() <= matchIndex
                || (state == State.PROBING && rejected.previousIndex() != nextIndex - 1);
        if (!stale) {
            LogPosition hint = rejected.hint();
            probe(Math.max(matchIndex, lastPossibleMatch(hint)) + 1);
            sendWhatIsDue();
        }
        return this;
    }

    /** Where the base's own term is later than the hint's, the logs part within what is compacted here. */
    private long lastPossibleMatch(LogPosition hint) {
        long index = log.lastIndexWithTermAtMost(hint.term(), hint.index());
        boolean atBase = index == log.base().index();
        return atBase && log.base().term() > hint.term() ? index - 1 : index;
    }

    private boolean heardHigherTerm(AppendReply reply) {
        if (reply.term() > leadership.term()) {
            leadership.replica().tell(new HigherTerm(reply.term()));
            return true;
        }
        return false;
    }

    private void report(AppendReply reply) {
        leadership.replica().tell(new Progress(leadership.term(), peer, generation, matchIndex, reply.round()));
    }

    private void probe(long from) {
        state = State.PROBING;
        nextIndex = from;
        inFlight.clear();
        probeUnderWay = false;
    }

    private void sendWhatIsDue() {
        if (state == State.PROBING && !probeUnderWay) {
            sendProbe();
        }
        while (state == State.REPLICATING && nextIndex <= log.lastIndex() && inFlight.hasRoom()) {
            if (replica.isEmpty() || sendSnapshotIfCompacted()) {
                return;
            }
            LogSlice entries = log.from(nextIndex).within(leadership.settings().maxMessageBytes());
            inFlight.sent(entries.lastIndex(), entries.sizeBytes());
            send(new LogPosition(nextIndex - 1, log.termAt(nextIndex - 1)), entries);
            nextIndex = entries.lastIndex() + 1;
        }
        tellCommitIndex();
    }

    private Behavior<Command> onCommitDue() {
        tellCommitIndex();
        return this;
    }

    /**
     * The peer has, or will have, all that is committed; where it was lost on the way, the next heartbeat tells again. Told
     * alone at once after a pause, and then only from time to time: while writes go on, the next one's entries bring it.
     */
    private void tellCommitIndex() {
        boolean alone = state == State.REPLICATING && nextIndex > log.lastIndex();
        if (!alone || commitIndex <= commitIndexSent || timers.isTimerActive(CommitDue.COMMIT_DUE)) {
            return;
        }
        if (!log.isCompacted(commitIndex) && commitIndex <= log.lastIndex()) { // A witness's may end before.
            commitIndexSent = commitIndex;
            timers.startSingleTimer(CommitDue.COMMIT_DUE, leadership.settings().commitInterval());
            var committed = new LogPosition(commitIndex, log.termAt(commitIndex));
            replica.ifPresent(to -> to.tell(new CommitAdvanced(leadership.term(), leadership.leader(), committed)));
        }
    }

    /** The probe's entries are not repeated; when they were lost, the accepted heartbeat leads to their sending. */
    private void beatWhileProbing() {
        if (probeUnderWay) {
            sendEmpty(new LogPosition(nextIndex - 1, log.termAt(nextIndex - 1)));
        } else {
            sendProbe();
        }
    }

    private void sendProbe() {
        if (replica.isEmpty() || sendSnapshotIfCompacted()) {
            return;
        }
        probeUnderWay = true;
        LogSlice entries = log.from(nextIndex).within(leadership.settings().maxMessageBytes());
        send(new LogPosition(nextIndex - 1, log.termAt(nextIndex - 1)), entries);
    }

    private void sendEmpty(LogPosition previous) {
        if (log.isCompacted(previous.index())) {
            sendSnapshotIfCompacted();
        } else {
            send(previous, LogSlice.empty(previous.index() + 1));
        }
    }

    private void send(LogPosition previous, LogSlice entries) {
        commitIndexSent = commitIndex;
        replica.ifPresent(to -> to.tell(new AppendEntries(
                leadership.term(),
                leadership.leader(),
                previous,
                witness ? entries.elided() : entries,
                commitIndex,
                round,
                getContext().getSelf().narrow())));
    }

    private boolean sendSnapshotIfCompacted() {
        if (!log.isCompacted(nextIndex - 1) || replica.isEmpty()) {
            return false;
        }
        state = State.SNAPSHOT;
        inFlight.clear();
        replica.ifPresent(this::sendSnapshot);
        return true;
    }

    private void sendSnapshot(ActorRef<RaftMessage> to) {
        snapshotAttempt++;
        var started = getContext()
                .spawn(
                        SnapshotSender.create(
                                witness ? leadership.with(EmptySnapshots.INSTANCE) : leadership,
                                snapshot,
                                to,
                                snapshotAttempt,
                                getContext().getSelf().narrow()),
                        "snapshot-sender-" + snapshotAttempt,
                        DispatcherSelector.fromConfig(leadership.settings().blockingDispatcher()));
        getContext().watchWith(started, new SenderGone(snapshotAttempt));
        sender = Optional.of(started);
    }

    private void stopSender() {
        sender.ifPresent(getContext()::stop);
        sender = Optional.empty();
    }

    /** It failed without a word (a file that cannot be read); the next heartbeat tries again. */
    private Behavior<Command> onSenderGone(SenderGone gone) {
        if (state == State.SNAPSHOT && gone.attempt() == snapshotAttempt) {
            probe(matchIndex + 1);
        }
        return this;
    }

    private Behavior<Command> onSnapshotFinished(SnapshotSender.Finished finished) {
        if (finished.term() > leadership.term()) {
            leadership.replica().tell(new HigherTerm(finished.term()));
            return this;
        }
        if (state != State.SNAPSHOT || finished.attempt() != snapshotAttempt) {
            return this; // Of a sender that was stopped.
        }
        if (finished.installed()) {
            matchIndex = Math.max(matchIndex, finished.index());
            leadership.replica().tell(new Progress(leadership.term(), peer, generation, matchIndex, 0));
        }
        if (finished.result() == SnapshotSender.Result.DAMAGED) {
            leadership.replica().tell(new SnapshotDamaged(finished.index()));
        }
        probe(matchIndex + 1);
        if (finished.installed()) {
            sendWhatIsDue();
        } // Else the next heartbeat tries again: a peer that is away must not be tried in a tight loop.
        return this;
    }
}
