package io.troupe.raft;

import io.troupe.raft.RaftMessage.AppendEntries;
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
import io.troupe.replication.Applier;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Groups;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotWriter;
import io.troupe.replication.StateMachine;
import io.troupe.replication.WriteAheadLog;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One server of one group: recovers, then gives every message to its present {@link Role} and takes the role that
 * comes back. When a child fails, so does the replica; it is supervised with stop, because a server that
 * restarted with lost memory could vote twice.
 *
 * <p>Transitions: reading the log → restoring the snapshot, if there is one → running, as a follower.
 */
final class RaftReplica extends AbstractBehavior<Replica.Message> {

    /** What the replica is told by its children, its host and itself. */
    interface Internal extends Replica.Message {}

    private enum Tick implements Internal {
        TICK
    }

    /**
     * Who a replica is, and what it works with.
     *
     * @param bornNanos on the clock: an earlier life of its node had ended then, if there was one
     */
    record Identity(
            String group,
            String node,
            boolean witness,
            RaftSettings settings,
            SnapshotStorage storage,
            RandomGenerator random,
            LongSupplier nanoClock,
            long bornNanos,
            ActorRef<PeerDirectory.Command> directory,
            Inspector inspector) {

        String persistenceId() {
            return "raft-" + group + "@" + node;
        }
    }

    /**
     * @param founding what the group begins with, if it was not hosted here yet
     * @param hosted told when the replica has recovered
     */
    static Behavior<Replica.Message> create(
            Identity identity, Configuration founding, StateMachine.Factory factory, ActorRef<Groups.Hosted> hosted) {
        return Behaviors.withStash(
                identity.settings().maxStashed(),
                stash -> Behaviors.setup(context -> Behaviors.withTimers(
                        timers -> new RaftReplica(context, timers, stash, identity, founding, factory, hosted))));
    }

    /** Who joins believes nobody but the group itself about its members: what a host says may be out of date. */
    static Configuration founding(String node, List<String> founders, Set<String> witnesses) {
        return founders.contains(node) ? Configuration.of(founders, witnesses) : Configuration.UNKNOWN;
    }

    private final TimerScheduler<Replica.Message> timers;
    private final StashBuffer<Replica.Message> stash;
    private final Identity identity;
    private final Configuration founding;
    private final ActorRef<Groups.Hosted> hosted;
    private final ActorRef<WriteAheadLog.Write<LogEvent>> disk;
    private final ActorRef<Applier.Command> applier;
    private final ActorRef<SnapshotReceiver.Command> receiver;

    private RaftReplica(
            ActorContext<Replica.Message> context,
            TimerScheduler<Replica.Message> timers,
            StashBuffer<Replica.Message> stash,
            Identity identity,
            Configuration founding,
            StateMachine.Factory factory,
            ActorRef<Groups.Hosted> hosted) {
        super(context);
        this.timers = timers;
        this.stash = stash;
        this.identity = identity;
        this.founding = founding;
        this.hosted = hosted;
        ActorRef<Replica.Message> self = context.getSelf();
        this.disk = WriteAheadLog.spawn(
                context,
                identity.persistenceId(),
                identity.settings().journal(),
                identity.settings().maxWriteBytes(),
                new RaftLog());
        this.applier = context.spawn(
                applier(identity, factory, self.narrow()),
                "applier",
                DispatcherSelector.fromConfig(identity.settings().applyDispatcher()));
        this.receiver = context.spawn(
                SnapshotReceiver.create(identity.group(), identity.node(), identity.storage(), self.narrow()),
                "snapshot-receiver",
                DispatcherSelector.fromConfig(identity.settings().blockingDispatcher()));
        context.watch(disk); // A child's end ends the replica: nobody handles the signal.
        context.watch(applier);
        context.watch(receiver);
    }

    private static Behavior<Applier.Command> applier(
            Identity identity, StateMachine.Factory factory, ActorRef<Applier.Event> replica) {
        if (identity.witness()) {
            return WitnessApplier.create(replica);
        }
        StateMachine machine = factory.create(identity.group(), identity.node());
        return Applier.create(identity.group(), machine, identity.storage(), replica);
    }

    @Override
    public Receive<Replica.Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(RaftLog.Recovered.class, this::onRecovered)
                .onAnyMessage(this::stash)
                .build();
    }

    private Behavior<Replica.Message> stash(Replica.Message message) {
        if (!stash.isFull()) {
            stash.stash(message);
        } else if (message instanceof Replica.Request request) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, "the replica recovers, and its stash is full");
        } // Else a peer's message, which is repeated in time.
        return this;
    }

    private Behavior<Replica.Message> onRecovered(RaftLog.Recovered recovered) {
        SnapshotMetadata snapshot =
                recovered.snapshot().orElseGet(() -> new SnapshotMetadata(LogPosition.ORIGIN, founding));
        if (!snapshot.hasState()) {
            return run(recovered, snapshot);
        }
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.last().term()));
        return Behaviors.receive(Replica.Message.class)
                .onMessage(Applier.Restored.class, ignored -> run(recovered, snapshot))
                .onAnyMessage(message -> {
                    stash(message);
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<Replica.Message> run(RaftLog.Recovered recovered, SnapshotMetadata snapshot) {
        RaftServer server = new RaftServer(identity, getContext(), disk, applier, receiver, recovered, snapshot);
        if (recovered.snapshot().isEmpty()) {
            server.found(snapshot);
        } else {
            server.compaction().prune();
        }
        timers.startTimerWithFixedDelay(
                Tick.TICK, Tick.TICK, identity.settings().tick());
        identity.directory()
                .tell(new PeerDirectory.Join(
                        identity.group(),
                        server.configuration().peersOf(identity.node()),
                        getContext().getSelf().narrow(),
                        getContext().getSelf().narrow()));
        hosted.tell(new Groups.Hosted(identity.group(), getContext().getSelf().narrow()));
        return stash.unstashAll(new Running(getContext(), server, identity.inspector()));
    }

    /** The recovered server: one line a message. */
    private static final class Running extends AbstractBehavior<Replica.Message> {

        private final RaftServer server;
        private final Inspector inspector;
        private Role role;

        Running(ActorContext<Replica.Message> context, RaftServer server, Inspector inspector) {
            super(context);
            this.server = server;
            this.inspector = inspector;
            become(Follower.recovered(server));
        }

        @Override
        public Receive<Replica.Message> createReceive() {
            return newReceiveBuilder()
                    .onMessage(AppendEntries.class, message -> become(role.onAppendEntries(message)))
                    .onMessage(CommitAdvanced.class, message -> become(role.onCommitAdvanced(message)))
                    .onMessage(Replicator.Progress.class, message -> become(role.onProgress(message)))
                    .onMessage(Replica.Propose.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Forwarded.class, message -> become(role.onProposal(message.request(), true)))
                    .onMessage(ForwardedProposals.class, message -> become(role.onForwardedProposals(message)))
                    .onMessage(Answers.Batch.class, this::onAnswers)
                    .onMessageEquals(Forwarding.Send.SEND, this::onSend)
                    .onMessage(Replica.Query.class, message -> become(role.onQuery(message)))
                    .onMessage(WriteAheadLog.Stored.class, this::onStored)
                    .onMessage(Applier.Applied.class, this::onApplied)
                    .onMessageEquals(Leader.Flush.FLUSH, () -> become(role.onFlush()))
                    .onMessageEquals(Tick.TICK, this::onTick)
                    .onMessage(ReadIndex.class, message -> become(role.onReadIndex(message)))
                    .onMessage(ReadIndexReply.class, message -> become(role.onReadIndexReply(message)))
                    .onMessage(PreVote.class, message -> become(role.onPreVote(message)))
                    .onMessage(PreVoteReply.class, message -> become(role.onPreVoteReply(message)))
                    .onMessage(RequestVote.class, message -> become(role.onRequestVote(message)))
                    .onMessage(VoteReply.class, message -> become(role.onVoteReply(message)))
                    .onMessage(TimeoutNow.class, message -> become(role.onTimeoutNow(message)))
                    .onMessage(Replicator.HigherTerm.class, message -> become(role.onHigherTerm(message)))
                    .onMessage(Replicator.SnapshotDamaged.class, this::onSnapshotDamaged)
                    .onMessage(InstallSnapshot.class, message -> become(role.onInstallSnapshot(message)))
                    .onMessage(SnapshotReceiver.Received.class, message -> become(role.onSnapshotReceived(message)))
                    .onMessage(Applier.Frozen.class, this::onFrozen)
                    .onMessage(Applier.Restored.class, this::onRestored)
                    .onMessage(SnapshotWriter.Saved.class, this::onSaved)
                    .onMessage(SnapshotWriter.SaveFailed.class, this::onSaveFailed)
                    .onMessage(PeerDirectory.PeerAt.class, this::onPeerAt)
                    .onMessage(Replica.OpenSession.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Replica.TransferLeadership.class, message -> become(role.onTransferLeadership(message)))
                    .onMessage(Replica.Reconfigure.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Replica.ListMembers.class, this::onListMembers)
                    .onMessage(Replica.Observe.class, this::onObserve)
                    .onMessage(Observers.Gone.class, this::onObserverGone)
                    .onMessage(ReplicaControl.GetStatus.class, this::onGetStatus)
                    .onMessageEquals(ReplicaControl.Abstain.ABSTAIN, this::onAbstain)
                    .build();
        }

        private Behavior<Replica.Message> become(Role next) {
            role = next;
            if (server.observers.isNews(role.name(), server.term(), server.leader())) {
                Replica.Status status = server.status(role.name());
                GroupLogging.of(getContext().getLog(), server.group, server.term())
                        .info(
                                "Group {}: {} is {} in term {}, leader {}",
                                server.group,
                                server.node,
                                status.role(),
                                status.term(),
                                status.leader().orElse("unknown"));
                server.observers.tell(status);
            }
            inspector.afterStep(server, role.name());
            return this;
        }

        private Behavior<Replica.Message> onSend() {
            server.forwarding.begun();
            return become(role.forward());
        }

        private Behavior<Replica.Message> onAnswers(Answers.Batch answers) {
            answers.deliver();
            return this;
        }

        private Behavior<Replica.Message> onStored(WriteAheadLog.Stored stored) {
            server.frontier.stored(stored.ticket());
            inspector.afterStep(server, role.name());
            return this;
        }

        private Behavior<Replica.Message> onApplied(Applier.Applied applied) {
            server.onApplied(applied);
            return become(role.onApplied());
        }

        private Behavior<Replica.Message> onTick() {
            server.onTick();
            return become(role.onTick());
        }

        private Behavior<Replica.Message> onRestored(Applier.Restored restored) {
            server.compaction().onRestored(restored);
            return this;
        }

        private Behavior<Replica.Message> onFrozen(Applier.Frozen frozen) {
            server.compaction().onFrozen(frozen);
            return this;
        }

        private Behavior<Replica.Message> onSaved(SnapshotWriter.Saved saved) {
            server.compaction().onSaved();
            return become(role.onCompacted());
        }

        private Behavior<Replica.Message> onSaveFailed(SnapshotWriter.SaveFailed failed) {
            server.compaction().onSaveFailed();
            return this;
        }

        private Behavior<Replica.Message> onSnapshotDamaged(Replicator.SnapshotDamaged damaged) {
            server.compaction().onDamaged(damaged.index());
            return this;
        }

        private Behavior<Replica.Message> onPeerAt(PeerDirectory.PeerAt at) {
            server.peerAt(at.node(), at.replica());
            return become(role.onPeerAt(at));
        }

        private Behavior<Replica.Message> onObserve(Replica.Observe observe) {
            server.observers.add(observe.observer(), server.status(role.name()));
            return this;
        }

        private Behavior<Replica.Message> onObserverGone(Observers.Gone gone) {
            server.observers.remove(gone.observer());
            return this;
        }

        private Behavior<Replica.Message> onGetStatus(ReplicaControl.GetStatus get) {
            get.replyTo().tell(server.status(role.name()));
            return this;
        }

        private Behavior<Replica.Message> onListMembers(Replica.ListMembers list) {
            Configuration latest = server.configuration();
            list.replyTo()
                    .tell(new Replica.MembersListed(
                            new Replica.Members(latest.voters(), latest.learners(), latest.witnesses()),
                            server.isConfigurationCommitted() && !latest.isJoint()));
            return this;
        }

        private Behavior<Replica.Message> onAbstain() {
            server.abstain();
            return this;
        }
    }
}
