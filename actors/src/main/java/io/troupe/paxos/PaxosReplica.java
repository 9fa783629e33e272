package io.troupe.paxos;

import io.troupe.paxos.PaxosMessage.Accept;
import io.troupe.paxos.PaxosMessage.Accepted;
import io.troupe.paxos.PaxosMessage.Fetch;
import io.troupe.paxos.PaxosMessage.Forwarded;
import io.troupe.paxos.PaxosMessage.Learned;
import io.troupe.paxos.PaxosMessage.Offer;
import io.troupe.paxos.PaxosMessage.Prepare;
import io.troupe.paxos.PaxosMessage.Promise;
import io.troupe.paxos.PaxosMessage.ReadAt;
import io.troupe.paxos.PaxosMessage.ReadAtReply;
import io.troupe.paxos.PaxosMessage.Readmit;
import io.troupe.paxos.PaxosMessage.Rejected;
import io.troupe.paxos.PaxosMessage.TakeOver;
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
import io.troupe.replication.SnapshotFetcher;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotWriter;
import io.troupe.replication.WriteAheadLog;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One replica of one group: recovers, then gives every message to its present {@link Role} and takes the role that comes
 * back. When a child fails, so does the replica; it is supervised with stop, because an acceptor that restarted with lost
 * memory could break its promise.
 *
 * <p>Transitions: reading the ledger → looking for the mark, when the ledger is empty → restoring the snapshot, if there is
 * one → running, as a follower.
 */
final class PaxosReplica {

    /**
     * Who a replica is, and what it works with.
     *
     * @param hasLostData whether what this node had of its groups is lost
     */
    record Identity(
            Engine.Seat seat,
            String persistenceId,
            PaxosSettings settings,
            SnapshotStorage storage,
            boolean hasLostData,
            LongSupplier nanoClock,
            Witness witness) {}

    static Behavior<Replica.Message> create(Identity identity) {
        return RecoveringReplica.create(
                identity.seat(), identity.nanoClock(), identity.settings().maxStashed(), recovering -> new PaxosReplica(
                                recovering, identity)
                        .readLedger());
    }

    private final RecoveringReplica recovering;
    private final ActorContext<Replica.Message> context;
    private final Identity identity;
    private final Engine.Seat seat;
    private final PaxosSettings settings;
    private final ActorRef<WriteAheadLog.Write<LedgerEvent>> ledger;
    private final ActorRef<Applier.Command> applier;

    private PaxosReplica(RecoveringReplica recovering, Identity identity) {
        this.recovering = recovering;
        this.context = recovering.context();
        this.identity = identity;
        this.seat = identity.seat();
        this.settings = identity.settings();
        this.ledger = WriteAheadLog.spawn(
                context, identity.persistenceId(), settings.journal(), settings.maxWriteBytes(), new Ledger());
        this.applier = context.spawn(
                Applier.create(
                        seat,
                        identity.storage(),
                        settings.applyDispatcher(),
                        context.getSelf().narrow()),
                "applier");
        context.watch(ledger); // A child's end ends the replica: nobody handles the signal.
        context.watch(applier);
    }

    private DispatcherSelector blocking() {
        return DispatcherSelector.fromConfig(settings.blockingDispatcher());
    }

    private Behavior<Replica.Message> readLedger() {
        return recovering.await(Ledger.Recovered.class, this::onRecovered);
    }

    private Behavior<Replica.Message> onRecovered(Ledger.Recovered recovered) {
        if (recovered.snapshot().isPresent()) {
            mark();
            return restore(recovered, recovered.snapshot().get());
        }
        context.spawnAnonymous(Rebuilding.look(identity.storage(), seat.group(), context.getSelf()), blocking());
        return recovering.await(
                Rebuilding.Marked.class, marked -> found(recovered, marked.before() || identity.hasLostData()));
    }

    /** Who joins believes nobody but the group itself about its members: what a host says may be out of date. */
    private SnapshotMetadata founding() {
        Set<String> founders = seat.members().contains(seat.node()) ? new TreeSet<>(seat.members()) : new TreeSet<>();
        var founding = Membership.founding(founders, settings.phase2Quorum(), settings.window());
        return new SnapshotMetadata(0, Memberships.founding(founding).asOf(0));
    }

    private Behavior<Replica.Message> found(Ledger.Recovered recovered, boolean before) {
        SnapshotMetadata founding = founding();
        PaxosServer server = server(recovered, founding);
        if (before) {
            GroupLogging.of(context.getLog(), seat.group())
                    .warn(
                            "The journal of group {} on {} has lost what it held: the replica learns, and asks to vote again",
                            seat.group(),
                            seat.node());
            server.beginAnew(seat.random().nextLong(1, Long.MAX_VALUE), founding);
        } else {
            server.found(founding, this::mark); // Not before: a mark without a journal means one that was lost.
        }
        return run(server);
    }

    private PaxosServer server(Ledger.Recovered recovered, SnapshotMetadata snapshot) {
        return new PaxosServer(identity, context, ledger, applier, recovered, snapshot);
    }

    private Behavior<Replica.Message> restore(Ledger.Recovered recovered, SnapshotMetadata snapshot) {
        if (!snapshot.hasState()) {
            return run(server(recovered, snapshot));
        }
        applier.tell(new Applier.Restore(snapshot.index(), 0));
        return recovering.await(Applier.Restored.class, restored -> {
            PaxosServer server = server(recovered, snapshot);
            server.compaction().prune();
            return run(server);
        });
    }

    private void mark() {
        context.spawnAnonymous(Rebuilding.mark(identity.storage(), seat.group()), blocking());
    }

    private Behavior<Replica.Message> run(PaxosServer server) {
        return recovering.run(server.peersToSeek(), settings.tick(), new Running(context, server, identity.witness()));
    }

    /** The recovered replica: one line a message. */
    private static final class Running extends AbstractBehavior<Replica.Message> {

        private final PaxosServer server;
        private final Witness witness;
        private Role role;

        Running(ActorContext<Replica.Message> context, PaxosServer server, Witness witness) {
            super(context);
            this.server = server;
            this.witness = witness;
            become(new Follower(server));
        }

        @Override
        public Receive<Replica.Message> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Accept.class, message -> become(role.onAccept(message)))
                    .onMessage(Accepted.class, message -> become(role.onAccepted(message)))
                    .onMessage(Replica.Propose.class, message -> become(role.onProposal(message)))
                    .onMessage(Forwarded.class, message -> become(role.onForwarded(message)))
                    .onMessage(Answers.Batch.class, message -> become(role.onAnswers(message)))
                    .onMessage(Replica.Query.class, message -> become(role.onQuery(message)))
                    .onMessage(WriteAheadLog.Stored.class, this::onStored)
                    .onMessage(Applier.Applied.class, this::onApplied)
                    .onMessageEquals(Leader.Flush.FLUSH, () -> become(role.onFlush()))
                    .onMessageEquals(ForwardedReads.Gathered.GATHERED, () -> become(role.onReadsGathered()))
                    .onMessageEquals(RecoveringReplica.Tick.TICK, this::onTick)
                    .onMessage(ReadAt.class, message -> become(role.onReadAt(message)))
                    .onMessage(ReadAtReply.class, message -> become(role.onReadAtReply(message)))
                    .onMessage(Prepare.class, message -> become(role.onPrepare(message)))
                    .onMessage(Promise.class, message -> become(role.onPromise(message)))
                    .onMessage(Rejected.class, message -> become(role.onRejected(message)))
                    .onMessage(Fetch.class, message -> step(() -> server.onFetch(message)))
                    .onMessage(Learned.class, message -> progress(() -> server.catchUp.onLearned(message)))
                    .onMessage(Offer.class, message -> step(() -> server.catchUp.onOffer(message)))
                    .onMessage(
                            FetchChunk.class,
                            message -> step(() -> server.snapshots.read(message, server.settings.maxMessageBytes())))
                    .onMessage(SnapshotFetcher.Fetched.class, ignored -> progress(server.catchUp::onFetched))
                    .onMessage(SnapshotFetcher.Failed.class, message -> step(server.catchUp::onFetchFailed))
                    .onMessage(TakeOver.class, message -> become(role.onTakeOver(message)))
                    .onMessage(Readmit.class, message -> become(role.onReadmit(message)))
                    .onMessage(
                            Applier.Frozen.class,
                            message -> step(() -> server.compaction().onFrozen(message)))
                    .onMessage(
                            Applier.Restored.class,
                            message -> step(() -> server.compaction().onRestored(message)))
                    .onMessage(
                            SnapshotWriter.Saved.class,
                            message -> step(() -> server.compaction().onSaved(message)))
                    .onMessage(SnapshotWriter.SaveFailed.class, message -> step(server.compaction()::onSaveFailed))
                    .onMessage(
                            PeerDirectory.PeerAt.class,
                            message -> step(() -> server.peerAt(message.node(), message.replica())))
                    .onMessage(Replica.OpenSession.class, message -> become(role.onProposal(message)))
                    .onMessage(
                            Replica.OpenShared.class,
                            shared -> become(role.onProposal(new Replica.OpenSession(shared.replyTo()))))
                    .onMessage(Replica.Reconfigure.class, message -> become(role.onProposal(message)))
                    .onMessage(Replica.TransferLeadership.class, message -> become(role.onTransferLeadership(message)))
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
            if (server.observers.isNews(role.name(), server.pledge().promised().round(), server.leader())) {
                Replica.Status status = status();
                GroupLogging.of(getContext().getLog(), server.group, status.term())
                        .info(
                                "Group {}: {} is {} in ballot {}, leader {}",
                                server.group,
                                server.node,
                                status.role(),
                                server.pledge().promised(),
                                status.leader().orElse("unknown"));
                server.observers.tell(status);
            }
            witness.afterStep(server, role);
            return this;
        }

        /** Nothing that the role decides on. */
        private Behavior<Replica.Message> step(Runnable work) {
            work.run();
            witness.afterStep(server, role);
            return this;
        }

        private Behavior<Replica.Message> progress(Runnable learning) {
            learning.run();
            return become(role.onProgress());
        }

        private Behavior<Replica.Message> onStored(WriteAheadLog.Stored stored) {
            return step(() -> server.onStored(stored.ticket()));
        }

        private Behavior<Replica.Message> onApplied(Applier.Applied applied) {
            return step(() -> {
                server.onApplied(applied);
                role.onApplied();
            });
        }

        private Behavior<Replica.Message> onTick() {
            server.compaction().onTick();
            server.catchUp.onTick();
            server.transfer.onTick();
            return become(role.onTick());
        }

        private Behavior<Replica.Message> onListMembers(Replica.ListMembers list) {
            Membership latest = server.memberships().latest();
            boolean settled = server.memberships().isInForce(server.chosenThrough() + 1);
            list.replyTo().tell(new Replica.MembersListed(latest.asMembers(), settled));
            return this;
        }
    }
}
