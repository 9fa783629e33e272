package io.troupe.chain;

import io.troupe.replication.Answers;
import io.troupe.replication.Applier;
import io.troupe.replication.Engine;
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
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * One replica of one group: a server of its chain, and this node's replica of its master. Recovers, then runs. When a child
 * fails, so does the replica; it is never restarted in place.
 *
 * <p>Transitions: reading the log → restoring the snapshot, if there is one → running.
 */
final class ChainReplica {

    /** The master has decided. */
    record Configured(Configuration configuration) implements Replica.Message {}

    /**
     * Who a replica is, and what it works with.
     *
     * @param hasLostData whether what this node had of its groups is lost
     */
    record Identity(
            Engine.Seat seat,
            Engine masterEngine,
            ChainSettings settings,
            SnapshotStorage storage,
            boolean hasLostData,
            LongSupplier nanoClock,
            Witness witness) {}

    static Behavior<Replica.Message> create(Identity identity) {
        return RecoveringReplica.create(
                identity.seat(), identity.nanoClock(), identity.settings().maxStashed(), recovering -> new ChainReplica(
                                recovering, identity)
                        .readLog());
    }

    private final RecoveringReplica recovering;
    private final ActorContext<Replica.Message> context;
    private final Identity identity;
    private final ActorRef<WriteAheadLog.Write<LogEvent>> log;
    private final ActorRef<Applier.Command> applier;
    private final ActorRef<Replica.Message> master;

    private ChainReplica(RecoveringReplica recovering, Identity identity) {
        this.recovering = recovering;
        this.context = recovering.context();
        this.identity = identity;
        Engine.Seat seat = identity.seat();
        this.log = WriteAheadLog.spawn(
                context,
                "chain-" + seat.group() + "@" + seat.node(),
                identity.settings().journal(),
                identity.settings().maxWriteBytes(),
                new ChainLog());
        this.applier = context.spawn(
                Applier.create(
                        seat,
                        identity.storage(),
                        identity.settings().applyDispatcher(),
                        context.getSelf().narrow()),
                "applier");
        this.master = context.spawn(identity.masterEngine().replica(masterSeat(seat)), "master");
        context.watch(log); // A child's end ends the replica: nobody handles the signal.
        context.watch(applier);
        context.watch(master);
    }

    private Engine.Seat masterSeat(Engine.Seat seat) {
        ActorRef<Replica.Message> self = context.getSelf();
        return new Engine.Seat(
                seat.group() + ".master",
                seat.node(),
                seat.members(),
                (group, node) -> new Master(
                        seat.members().contains(node) ? seat.members() : List.of(),
                        decided -> self.tell(new Configured(decided))),
                seat.random(),
                seat.directory(),
                context.getSystem().ignoreRef());
    }

    private Behavior<Replica.Message> readLog() {
        return recovering.await(ChainLog.Recovered.class, this::onRecovered);
    }

    private Behavior<Replica.Message> onRecovered(ChainLog.Recovered recovered) {
        Position snapshot = recovered.snapshot();
        if (snapshot.index() == 0) {
            return run(recovered);
        }
        applier.tell(new Applier.Restore(snapshot.index(), snapshot.epoch()));
        return recovering.await(Applier.Restored.class, restored -> run(recovered));
    }

    private Behavior<Replica.Message> run(ChainLog.Recovered recovered) {
        var server = new ChainServer(identity, context, log, applier, recovered);
        return recovering.run(
                server.peers.all(),
                identity.settings().heartbeatInterval(),
                new Running(context, server, identity, master));
    }

    /** The recovered replica: one line a message. */
    private static final class Running extends AbstractBehavior<Replica.Message> {

        private final ChainServer server;
        private final Identity identity;
        private final ActorRef<Replica.Message> master;
        private final Head head;
        private final HandOver handOver;
        private final Reconfiguration reconfiguration;
        private final Queries queries;
        private final Requests requests;
        private final Surveillance surveillance;
        private final Observers observers;
        private Replica.@Nullable Role toldRole;
        private @Nullable Configuration toldConfiguration;

        Running(
                ActorContext<Replica.Message> context,
                ChainServer server,
                Identity identity,
                ActorRef<Replica.Message> master) {
            super(context);
            this.server = server;
            this.identity = identity;
            this.master = master;
            this.queries = new Queries(server, identity.nanoClock());
            this.handOver = new HandOver(server, master);
            this.head = new Head(server, handOver);
            this.reconfiguration = new Reconfiguration(server, master);
            this.requests = new Requests(server, head, handOver, queries);
            this.surveillance = new Surveillance(server, identity.seat().random(), master);
            this.observers = new Observers(context);
        }

        @Override
        public Receive<Replica.Message> createReceive() {
            return newReceiveBuilder()
                    .onMessage(ChainMessage.Forward.class, message -> step(() -> server.upstream.onForward(message)))
                    .onMessage(ChainMessage.Ack.class, message -> step(() -> server.downstream.onAck(message)))
                    .onMessage(ChainMessage.Stable.class, message -> step(() -> server.onStable(message)))
                    .onMessage(WriteAheadLog.Stored.class, this::onStored)
                    .onMessage(Replica.Propose.class, message -> step(() -> requests.onUpdate(message)))
                    .onMessage(Replica.OpenSession.class, message -> step(() -> requests.onUpdate(message)))
                    .onMessage(
                            Replica.OpenShared.class,
                            shared -> step(() -> requests.onUpdate(new Replica.OpenSession(shared.replyTo()))))
                    .onMessage(Replica.Query.class, message -> step(() -> requests.onQuery(message)))
                    .onMessage(ChainMessage.Submit.class, message -> step(() -> requests.onSubmit(message)))
                    .onMessageEquals(Requests.Flush.FLUSH, () -> step(requests::onFlush))
                    .onMessage(Answers.Batch.class, message -> step(message::deliver))
                    .onMessage(Applier.Applied.class, this::onApplied)
                    .onMessageEquals(RecoveringReplica.Tick.TICK, this::onTick)
                    .onMessage(ChainMessage.Heartbeat.class, this::onHeartbeat)
                    .onMessage(Configured.class, message -> configured(message.configuration()))
                    .onMessage(ChainMessage.Connect.class, message -> step(() -> server.downstream.onConnect(message)))
                    .onMessage(ChainMessage.Resume.class, message -> step(() -> server.upstream.onResume(message)))
                    .onMessage(ChainMessage.Confirm.class, message -> step(() -> queries.onConfirm(message)))
                    .onMessage(ChainMessage.Confirmed.class, message -> step(() -> queries.onConfirmed(message)))
                    .onMessage(ChainMessage.Offer.class, message -> step(() -> server.transfer.onOffer(message)))
                    .onMessage(FetchChunk.class, message -> step(() -> server.transfer.onFetchChunk(message)))
                    .onMessage(SnapshotFetcher.Fetched.class, message -> step(() -> server.transfer.onFetched(message)))
                    .onMessage(SnapshotFetcher.Failed.class, message -> step(server.transfer::onFetchFailed))
                    .onMessage(Applier.Frozen.class, message -> step(() -> server.compaction.onFrozen(message)))
                    .onMessage(Applier.Restored.class, message -> step(() -> server.compaction.onRestored(message)))
                    .onMessage(SnapshotWriter.Saved.class, message -> step(() -> server.compaction.onSaved(message)))
                    .onMessage(SnapshotWriter.SaveFailed.class, message -> step(server.compaction::onSaveFailed))
                    .onMessage(PeerDirectory.PeerAt.class, message -> step(() -> server.peers.onPeerAt(message)))
                    .onMessage(ChainMessage.Petition.class, message -> step(() -> surveillance.onPetition(message)))
                    .onMessage(Replica.Reconfigure.class, message -> step(() -> reconfiguration.begin(message)))
                    .onMessage(
                            Reconfiguration.Answered.class, message -> step(() -> reconfiguration.onAnswered(message)))
                    .onMessage(Replica.TransferLeadership.class, message -> step(() -> requests.onTransfer(message)))
                    .onMessage(Replica.ListMembers.class, this::onListMembers)
                    .onMessage(
                            Replica.Observe.class,
                            message -> step(() -> observers.add(message.observer(), server.status())))
                    .onMessage(Observers.Gone.class, message -> step(() -> observers.remove(message.observer())))
                    .onMessage(
                            ReplicaControl.GetStatus.class,
                            message -> step(() -> message.replyTo().tell(server.status())))
                    .onMessageEquals(ReplicaControl.Abstain.ABSTAIN, this::onAbstain)
                    .build();
        }

        private Behavior<Replica.Message> step(Runnable work) {
            work.run();
            boolean more = head.afterStep();
            handOver.afterStep();
            reconfiguration.afterStep();
            more |= queries.afterStep();
            if (more) {
                requests.schedule();
            }
            if (server.role() != toldRole || server.configuration() != toldConfiguration) {
                tellObservers();
            }
            identity.witness().afterStep(server);
            return this;
        }

        private void tellObservers() {
            toldRole = server.role();
            toldConfiguration = server.configuration();
            Replica.Status status = server.status();
            if (observers.isNews(status.role(), status.term(), status.leader())) {
                GroupLogging.of(getContext().getLog(), server.group, status.term())
                        .info(
                                "Group {}: {} is {} in {}",
                                server.group,
                                server.node,
                                status.role(),
                                server.configuration());
                observers.tell(status);
            }
        }

        private Behavior<Replica.Message> configured(Configuration decided) {
            return step(() -> {
                head.log();
                server.epochs.onConfigured(decided);
            });
        }

        private Behavior<Replica.Message> onStored(WriteAheadLog.Stored stored) {
            return step(() -> {
                server.writes.onStored(stored.ticket());
                head.flush();
                server.advance();
            });
        }

        private Behavior<Replica.Message> onApplied(Applier.Applied applied) {
            return step(() -> {
                queries.onApplied(applied.answered());
                server.onApplied(applied);
            });
        }

        private Behavior<Replica.Message> onTick() {
            return step(() -> {
                head.log();
                server.onTick();
                handOver.onTick();
                reconfiguration.onTick();
                queries.onTick();
                surveillance.onTick();
            });
        }

        private Behavior<Replica.Message> onHeartbeat(ChainMessage.Heartbeat beat) {
            return step(() -> {
                surveillance.heard(beat.from());
                head.log();
                server.onHeartbeat(beat);
            });
        }

        private Behavior<Replica.Message> onAbstain() {
            return step(() -> {
                surveillance.leave();
                master.tell(ReplicaControl.Abstain.ABSTAIN);
            });
        }

        private Behavior<Replica.Message> onListMembers(Replica.ListMembers list) {
            return step(() ->
                    list.replyTo().tell(new Replica.MembersListed(server.members(), !reconfiguration.isUnderWay())));
        }
    }
}
