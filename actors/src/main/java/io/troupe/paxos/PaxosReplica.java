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
import io.troupe.replication.Applier;
import io.troupe.replication.Engine;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Groups;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.SnapshotFetcher;
import io.troupe.replication.SnapshotReader.FetchChunk;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.SnapshotWriter;
import io.troupe.replication.WriteAheadLog;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
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
 * One replica of one group: recovers, then gives every message to its present {@link Role} and takes the role that comes
 * back. When a child fails, so does the replica; it is supervised with stop, because an acceptor that restarted with lost
 * memory could break its promise.
 *
 * <p>Transitions: reading the ledger → looking for the mark, when the ledger is empty → restoring the snapshot, if there is
 * one → running, as a follower.
 */
final class PaxosReplica extends AbstractBehavior<Replica.Message> {

    private enum Tick implements Replica.Message {
        TICK
    }

    /** Who a replica is, and what it works with. */
    record Identity(
            String group,
            String node,
            String persistenceId,
            PaxosSettings settings,
            SnapshotStorage storage,
            RandomGenerator random,
            LongSupplier nanoClock,
            ActorRef<PeerDirectory.Command> directory,
            Witness witness) {}

    static Behavior<Replica.Message> create(Identity identity, Engine.Seat seat) {
        return Behaviors.withStash(
                identity.settings().maxStashed(),
                stash -> Behaviors.setup(context ->
                        Behaviors.withTimers(timers -> new PaxosReplica(context, timers, stash, identity, seat))));
    }

    private final TimerScheduler<Replica.Message> timers;
    private final StashBuffer<Replica.Message> stash;
    private final Identity identity;
    private final Engine.Seat seat;
    private final ActorRef<WriteAheadLog.Write<LedgerEvent>> ledger;
    private final ActorRef<Applier.Command> applier;

    private PaxosReplica(
            ActorContext<Replica.Message> context,
            TimerScheduler<Replica.Message> timers,
            StashBuffer<Replica.Message> stash,
            Identity identity,
            Engine.Seat seat) {
        super(context);
        this.timers = timers;
        this.stash = stash;
        this.identity = identity;
        this.seat = seat;
        ActorRef<Replica.Message> self = context.getSelf();
        this.ledger = WriteAheadLog.spawn(
                context,
                identity.persistenceId(),
                identity.settings().journal(),
                identity.settings().maxWriteBytes(),
                new Ledger());
        this.applier = context.spawn(
                Applier.create(
                        identity.group(),
                        seat.factory().create(identity.group(), identity.node()),
                        identity.storage(),
                        self.narrow()),
                "applier");
        context.watch(ledger); // A child's end ends the replica: nobody handles the signal.
        context.watch(applier);
    }

    private DispatcherSelector blocking() {
        return DispatcherSelector.fromConfig(identity.settings().blockingDispatcher());
    }

    /** Who joins believes nobody but the group itself about its members: what a host says may be out of date. */
    private SnapshotMetadata founding() {
        Set<String> founders =
                seat.members().contains(identity.node()) ? new TreeSet<>(seat.members()) : new TreeSet<>();
        var founding = Membership.founding(
                founders,
                identity.settings().phase2Quorum(),
                identity.settings().window());
        return new SnapshotMetadata(0, Memberships.founding(founding).asOf(0));
    }

    @Override
    public Receive<Replica.Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ledger.Recovered.class, this::onRecovered)
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

    private Behavior<Replica.Message> onRecovered(Ledger.Recovered recovered) {
        if (recovered.snapshot().isPresent()) {
            return restore(recovered, recovered.snapshot().get());
        }
        getContext()
                .spawnAnonymous(
                        Rebuilding.look(
                                identity.storage(),
                                identity.group(),
                                getContext().getSelf()),
                        blocking());
        return waitingFor(Rebuilding.Marked.class, marked -> found(recovered, marked.before()));
    }

    private <M extends Replica.Message> Behavior<Replica.Message> waitingFor(
            Class<M> type, Function<M, Behavior<Replica.Message>> then) {
        return Behaviors.receive(Replica.Message.class)
                .onMessage(type, then::apply)
                .onAnyMessage(message -> {
                    stash(message);
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<Replica.Message> found(Ledger.Recovered recovered, boolean before) {
        SnapshotMetadata founding = founding();
        PaxosServer server = server(recovered, founding);
        if (before) {
            GroupLogging.of(getContext().getLog(), identity.group())
                    .warn(
                            "The journal of group {} on {} has lost what it held: the replica learns, and asks to vote again",
                            identity.group(),
                            identity.node());
            server.beginAnew(identity.random().nextLong(1, Long.MAX_VALUE), founding);
        } else {
            server.found(founding);
        }
        return run(server);
    }

    private PaxosServer server(Ledger.Recovered recovered, SnapshotMetadata snapshot) {
        return new PaxosServer(identity, seat.members(), getContext(), ledger, applier, recovered, snapshot);
    }

    private Behavior<Replica.Message> restore(Ledger.Recovered recovered, SnapshotMetadata snapshot) {
        if (!snapshot.hasState()) {
            return run(server(recovered, snapshot));
        }
        applier.tell(new Applier.Restore(snapshot.index(), 0));
        return waitingFor(Applier.Restored.class, ignored -> {
            PaxosServer server = server(recovered, snapshot);
            server.compaction().prune();
            return run(server);
        });
    }

    private Behavior<Replica.Message> run(PaxosServer server) {
        getContext().spawnAnonymous(Rebuilding.mark(identity.storage(), identity.group()), blocking());
        timers.startTimerWithFixedDelay(
                Tick.TICK, Tick.TICK, identity.settings().tick());
        ActorRef<Replica.Message> self = getContext().getSelf();
        identity.directory().tell(new PeerDirectory.Join(identity.group(), server.peersToSeek(), self, self.narrow()));
        seat.hosted().tell(new Groups.Hosted(identity.group(), self.narrow()));
        return stash.unstashAll(new Running(getContext(), server, identity.witness()));
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
                    .onMessage(Replica.Propose.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Forwarded.class, message -> become(role.onProposal(message.request(), true)))
                    .onMessage(Replica.Query.class, message -> become(role.onQuery(message)))
                    .onMessage(WriteAheadLog.Stored.class, this::onStored)
                    .onMessage(Applier.Applied.class, this::onApplied)
                    .onMessageEquals(Leader.Flush.FLUSH, () -> become(role.onFlush()))
                    .onMessageEquals(Tick.TICK, this::onTick)
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
                    .onMessage(SnapshotWriter.Saved.class, message -> step(server.compaction()::onSaved))
                    .onMessage(SnapshotWriter.SaveFailed.class, message -> step(server.compaction()::onSaveFailed))
                    .onMessage(
                            PeerDirectory.PeerAt.class,
                            message -> step(() -> server.peerAt(message.node(), message.replica())))
                    .onMessage(Replica.OpenSession.class, message -> become(role.onProposal(message, false)))
                    .onMessage(Replica.Reconfigure.class, message -> become(role.onProposal(message, false)))
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
            boolean settled = server.chosenThrough() + 1 >= server.memberships().latestFrom();
            list.replyTo()
                    .tell(new Replica.MembersListed(new Replica.Members(latest.voters(), latest.learners()), settled));
            return this;
        }
    }
}
