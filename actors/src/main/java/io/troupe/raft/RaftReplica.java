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
import io.troupe.replication.Engine;
import io.troupe.replication.ForwardedReads;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.RecoveringReplica;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotWriter;
import io.troupe.replication.WriteAheadLog;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One server of one group: recovers, then gives every message to its present {@link Role} and takes the role that
 * comes back. When a child fails, so does the replica; it is supervised with stop, because a server that
 * restarted with lost memory could vote twice.
 *
 * <p>Transitions: reading the log → restoring the snapshot, if there is one → running, as a follower.
 */
final class RaftReplica {

    /**
     * Who a replica is, and what it works with.
     *
     * @param bornNanos on the clock: an earlier life of its node had ended then, if there was one
     */
    record Identity(
            Engine.Seat seat,
            RaftSettings settings,
            SnapshotStorage storage,
            LongSupplier nanoClock,
            long bornNanos,
            Inspector inspector) {

        boolean isWitness() {
            return seat.witnesses().contains(seat.node());
        }
    }

    static Behavior<Replica.Message> create(Identity identity) {
        return RecoveringReplica.create(
                identity.seat(), identity.nanoClock(), identity.settings().maxStashed(), recovering -> new RaftReplica(
                                recovering, identity)
                        .readLog());
    }

    private final RecoveringReplica recovering;
    private final ActorContext<Replica.Message> context;
    private final Identity identity;
    private final ActorRef<WriteAheadLog.Write<LogEvent>> disk;
    private final ActorRef<Applier.Command> applier;
    private final ActorRef<SnapshotReceiver.Command> receiver;

    private RaftReplica(RecoveringReplica recovering, Identity identity) {
        this.recovering = recovering;
        this.context = recovering.context();
        this.identity = identity;
        Engine.Seat seat = identity.seat();
        RaftSettings settings = identity.settings();
        this.disk = WriteAheadLog.spawn(
                context,
                StoppedReplica.persistenceId(seat.group(), seat.node()),
                settings.journal(),
                settings.maxWriteBytes(),
                new RaftLog());
        this.applier = context.spawn(applier(identity, context.getSelf().narrow()), "applier");
        this.receiver = context.spawn(
                SnapshotReceiver.create(
                        seat.group(),
                        seat.node(),
                        identity.storage(),
                        context.getSelf().narrow()),
                "snapshot-receiver",
                DispatcherSelector.fromConfig(settings.blockingDispatcher()));
        context.watch(disk); // A child's end ends the replica: nobody handles the signal.
        context.watch(applier);
        context.watch(receiver);
    }

    private static Behavior<Applier.Command> applier(Identity identity, ActorRef<Applier.Event> replica) {
        if (identity.isWitness()) {
            return WitnessApplier.create(replica);
        }
        return Applier.create(
                identity.seat(), identity.storage(), identity.settings().applyDispatcher(), replica);
    }

    private Behavior<Replica.Message> readLog() {
        return recovering.await(RaftLog.Recovered.class, this::onRecovered);
    }

    private Behavior<Replica.Message> onRecovered(RaftLog.Recovered recovered) {
        SnapshotMetadata snapshot =
                recovered.snapshot().orElseGet(() -> new SnapshotMetadata(LogPosition.ORIGIN, founding()));
        if (!snapshot.hasState()) {
            return run(recovered, snapshot);
        }
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.last().term()));
        return recovering.await(Applier.Restored.class, restored -> run(recovered, snapshot));
    }

    /** Who joins believes nobody but the group itself about its members: what a host says may be out of date. */
    private Configuration founding() {
        Engine.Seat seat = identity.seat();
        return seat.members().contains(seat.node())
                ? Configuration.of(seat.members(), seat.witnesses())
                : Configuration.UNKNOWN;
    }

    private Behavior<Replica.Message> run(RaftLog.Recovered recovered, SnapshotMetadata snapshot) {
        RaftServer server = new RaftServer(identity, context, disk, applier, receiver, recovered, snapshot);
        if (recovered.snapshot().isEmpty()) {
            server.found(snapshot);
        } else {
            server.compaction().prune();
        }
        return recovering.run(
                server.configuration().peersOf(server.node),
                identity.settings().tick(),
                new Running(context, server, identity.inspector()));
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
                    .onMessage(Answers.Batch.class, message -> become(role.onAnswers(message)))
                    .onMessageEquals(Forwarding.Send.SEND, this::onSend)
                    .onMessage(Replica.Query.class, message -> become(role.onQuery(message)))
                    .onMessage(
                            WriteAheadLog.Stored.class, message -> step(() -> server.frontier.stored(message.ticket())))
                    .onMessage(Applier.Applied.class, this::onApplied)
                    .onMessageEquals(Leader.Flush.FLUSH, () -> become(role.onFlush()))
                    .onMessageEquals(ForwardedReads.Gathered.GATHERED, () -> become(role.onReadsGathered()))
                    .onMessageEquals(RecoveringReplica.Tick.TICK, this::onTick)
                    .onMessage(ReadIndex.class, message -> become(role.onReadIndex(message)))
                    .onMessage(ReadIndexReply.class, message -> become(role.onReadIndexReply(message)))
                    .onMessage(PreVote.class, message -> become(role.onPreVote(message)))
                    .onMessage(PreVoteReply.class, message -> become(role.onPreVoteReply(message)))
                    .onMessage(RequestVote.class, message -> become(role.onRequestVote(message)))
                    .onMessage(VoteReply.class, message -> become(role.onVoteReply(message)))
                    .onMessage(TimeoutNow.class, message -> become(role.onTimeoutNow(message)))
                    .onMessage(Replicator.HigherTerm.class, message -> become(role.onHigherTerm(message)))
                    .onMessage(
                            Replicator.SnapshotDamaged.class,
                            message -> step(() -> server.compaction().onDamaged(message.index())))
                    .onMessage(InstallSnapshot.class, message -> become(role.onInstallSnapshot(message)))
                    .onMessage(SnapshotReceiver.Received.class, message -> become(role.onSnapshotReceived(message)))
                    .onMessage(
                            Applier.Frozen.class,
                            message -> step(() -> server.compaction().onFrozen(message)))
                    .onMessage(
                            Applier.Restored.class,
                            message -> step(() -> server.compaction().onRestored(message)))
                    .onMessage(SnapshotWriter.Saved.class, this::onSaved)
                    .onMessage(SnapshotWriter.SaveFailed.class, message -> step(server.compaction()::onSaveFailed))
                    .onMessage(PeerDirectory.PeerAt.class, this::onPeerAt)
                    .onMessage(Replica.OpenSession.class, message -> become(role.onProposal(message, false)))
                    .onMessage(
                            Replica.OpenShared.class,
                            shared -> become(role.onProposal(new Replica.OpenSession(shared.replyTo()), false)))
                    .onMessage(Replica.TransferLeadership.class, message -> become(role.onTransferLeadership(message)))
                    .onMessage(Replica.Reconfigure.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Replica.ListMembers.class, this::onListMembers)
                    .onMessage(
                            Replica.Observe.class,
                            message -> step(() -> server.observers.add(message.observer(), status())))
                    .onMessage(Observers.Gone.class, message -> step(() -> server.observers.remove(message.observer())))
                    .onMessage(
                            ReplicaControl.GetStatus.class,
                            message -> step(() -> message.replyTo().tell(status())))
                    .onMessageEquals(ReplicaControl.Abstain.ABSTAIN, () -> step(server::abstain))
                    .build();
        }

        private Replica.Status status() {
            return server.status(role.name());
        }

        private Behavior<Replica.Message> become(Role next) {
            role = next;
            if (server.observers.isNews(role.name(), server.term(), server.leader())) {
                Replica.Status status = status();
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

        /** Nothing that the role decides on. */
        private Behavior<Replica.Message> step(Runnable work) {
            work.run();
            inspector.afterStep(server, role.name());
            return this;
        }

        private Behavior<Replica.Message> onSend() {
            return become(server.forwarding.isDue() ? role.forward() : role);
        }

        private Behavior<Replica.Message> onApplied(Applier.Applied applied) {
            server.onApplied(applied);
            return become(role.onApplied());
        }

        private Behavior<Replica.Message> onTick() {
            server.onTick();
            return become(role.onTick());
        }

        private Behavior<Replica.Message> onSaved(SnapshotWriter.Saved saved) {
            server.compaction().onSaved(saved);
            return become(role.onCompacted());
        }

        private Behavior<Replica.Message> onPeerAt(PeerDirectory.PeerAt at) {
            server.peerAt(at.node(), at.replica());
            return become(role.onPeerAt(at));
        }

        private Behavior<Replica.Message> onListMembers(Replica.ListMembers list) {
            Configuration latest = server.configuration();
            list.replyTo()
                    .tell(new Replica.MembersListed(
                            latest.asMembers(), server.isConfigurationCommitted() && !latest.isJoint()));
            return this;
        }
    }
}
