package io.troupe.pbft;

import io.troupe.pbft.PbftMessage.BatchBody;
import io.troupe.pbft.PbftMessage.Checkpoint;
import io.troupe.pbft.PbftMessage.Commit;
import io.troupe.pbft.PbftMessage.Commits;
import io.troupe.pbft.PbftMessage.FetchBatch;
import io.troupe.pbft.PbftMessage.FetchNode;
import io.troupe.pbft.PbftMessage.FetchPages;
import io.troupe.pbft.PbftMessage.NewKey;
import io.troupe.pbft.PbftMessage.NewView;
import io.troupe.pbft.PbftMessage.NoSuchState;
import io.troupe.pbft.PbftMessage.NodeDigests;
import io.troupe.pbft.PbftMessage.Page;
import io.troupe.pbft.PbftMessage.Piggybacked;
import io.troupe.pbft.PbftMessage.PrePrepare;
import io.troupe.pbft.PbftMessage.Prepare;
import io.troupe.pbft.PbftMessage.QueryStable;
import io.troupe.pbft.PbftMessage.ReadOnly;
import io.troupe.pbft.PbftMessage.ReadReply;
import io.troupe.pbft.PbftMessage.Reply;
import io.troupe.pbft.PbftMessage.ReplyStable;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.Standing;
import io.troupe.pbft.PbftMessage.TentativeReply;
import io.troupe.pbft.PbftMessage.ViewChange;
import io.troupe.replication.Engine;
import io.troupe.replication.GroupLogging;
import io.troupe.replication.Observers;
import io.troupe.replication.PeerDirectory;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.RecoveringReplica;
import io.troupe.replication.Rejections;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicaControl;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.replication.WriteAheadLog;
import io.troupe.wire.WireBytes;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * One replica of one group: recovers, then opens what it is told and gives it to the part of the protocol that it
 * concerns. When a child fails, so does the replica; it is never restarted in place.
 *
 * <p>Transitions: reading its facts → restoring its latest checkpoint, if there is one → running.
 */
final class PbftReplica {

    /**
     * Who a replica is, and what it works with.
     *
     * @param hasLostData whether what this node had of its groups is lost
     */
    record Identity(
            Engine.Seat seat,
            Membership members,
            PbftSettings settings,
            SnapshotStorage storage,
            Keys keys,
            boolean hasLostData,
            LongSupplier nanoClock,
            Inspector inspector) {}

    static Behavior<Replica.Message> create(Identity identity) {
        return RecoveringReplica.create(
                identity.seat(), identity.nanoClock(), identity.settings().maxStashed(), recovering -> new PbftReplica(
                                recovering, identity)
                        .readFacts());
    }

    private final RecoveringReplica recovering;
    private final ActorContext<Replica.Message> context;
    private final Identity identity;
    private final ActorRef<WriteAheadLog.Write<Fact.Written>> disk;
    private final ActorRef<Executor.Command> executor;
    private final ActorRef<StateKeeper.Command> keeper;
    private final ActorRef<VotingClient.Message> client;
    private final Choices choices;
    private final boolean goesAhead;

    private PbftReplica(RecoveringReplica recovering, Identity identity) {
        this.recovering = recovering;
        this.context = recovering.context();
        this.identity = identity;
        Engine.Seat seat = identity.seat();
        PbftSettings settings = identity.settings();
        ActorRef<Replica.Message> self = context.getSelf();
        this.disk = WriteAheadLog.spawn(
                context,
                "pbft-" + seat.group() + "@" + seat.node(),
                settings.journal(),
                settings.window(),
                new FactLog());
        StateMachine machine = seat.factory().create(seat.group(), seat.node());
        this.choices = Choices.of(machine);
        this.goesAhead = settings.tentativeExecution() && machine.isRevocable();
        // From now on the executor alone has the machine.
        this.executor = context.spawn(
                Executor.create(
                        seat.group(),
                        machine,
                        identity.storage(),
                        settings.checkpointInterval(),
                        settings.checkpointBytes(),
                        self.narrow()),
                "executor");
        this.keeper = context.spawn(
                StateKeeper.create(
                        seat.group(),
                        identity.storage(),
                        settings.pageBytes(),
                        StateHands.patience(settings).multipliedBy(2),
                        self.narrow()),
                "state-keeper",
                DispatcherSelector.fromConfig(settings.blockingDispatcher()));
        this.client = context.spawn(
                VotingClient.create(
                        identity.members(),
                        settings,
                        seat.node(),
                        WireBytes.of(context.getSystem()),
                        seat.random().nextLong(),
                        self),
                "client");
        context.watch(disk); // A child's end ends the replica: nobody handles the signal.
        context.watch(executor);
        context.watch(keeper);
        context.watch(client);
    }

    private Behavior<Replica.Message> readFacts() {
        return recovering.await(FactLog.Recovered.class, recovered -> restore(recovered.ledger()));
    }

    private Behavior<Replica.Message> restore(Ledger ledger) {
        if (ledger.latestState().isEmpty()) {
            return run(ledger, List.of());
        }
        Fact.CheckpointTaken latest = ledger.latestState().get();
        executor.tell(new Executor.Restore(latest.sequence(), latest.header()));
        return recovering.await(Executor.Restored.class, restored -> run(ledger, restored.replies()));
    }

    /** @param replies that the state knows of */
    private Behavior<Replica.Message> run(Ledger ledger, List<Executor.Outcome> replies) {
        Engine.Seat seat = identity.seat();
        Core core = new Core(
                seat.group(),
                seat.node(),
                identity.members(),
                identity.settings(),
                new Notary(seat.group(), seat.node(), identity.keys(), WireBytes.of(context.getSystem())),
                ledger,
                disk,
                context.getSelf(),
                GroupLogging.of(context.getLog(), seat.group()));
        TreeSet<String> peers = new TreeSet<>(identity.members().replicas());
        peers.remove(seat.node());
        return recovering.run(
                peers,
                identity.settings().tick(),
                new Running(context, core, identity, choices, goesAhead, executor, keeper, client, replies));
    }

    /** The recovered replica. */
    private static final class Running extends AbstractBehavior<Replica.Message> {

        private final Core core;
        private final ActorRef<Executor.Command> executor;
        private final ActorRef<StateKeeper.Command> keeper;
        private final ActorRef<VotingClient.Message> client;
        private final Execution execution;
        private final NormalCase normalCase;
        private final ViewChanger viewChanger;
        private final StateTransfer stateTransfer;
        private final Standings standings;
        private final Recovery recovery;
        private final KeyExchange keyExchange;
        private final Replies replies;
        private final StateHands stateHands;
        private final Observers observers;
        private final Inspector inspector;

        Running(
                ActorContext<Replica.Message> context,
                Core core,
                Identity identity,
                Choices choices,
                boolean goesAhead,
                ActorRef<Executor.Command> executor,
                ActorRef<StateKeeper.Command> keeper,
                ActorRef<VotingClient.Message> client,
                List<Executor.Outcome> kept) {
            super(context);
            this.core = core;
            this.executor = executor;
            this.keeper = keeper;
            this.client = client;
            this.inspector = identity.inspector();
            this.observers = new Observers(context);
            Authenticity authenticity = new Authenticity(core);
            Repeats repeats = new Repeats(core);
            this.replies = new Replies(core);
            this.execution = new Execution(core, executor, replies, goesAhead, this::onExecutedForGood);
            this.normalCase = new NormalCase(core, execution, repeats, authenticity, choices);
            this.stateHands =
                    new StateHands(context, core, identity.storage(), executor, keeper, execution, this::onWindowMoved);
            this.stateTransfer = new StateTransfer(core, stateHands);
            this.viewChanger = new ViewChanger(core, normalCase, new Vouching(core, authenticity, choices));
            this.standings = new Standings(core, execution, repeats, viewChanger, stateTransfer);
            this.recovery = new Recovery(
                    core,
                    viewChanger,
                    identity.seat().random()::nextLong,
                    () -> client.tell(VotingClient.AskForNothing.NOTHING),
                    normalCase::propose);
            this.keyExchange = new KeyExchange(core);
            replies.onRestored(kept);
            boolean isFirst = core.ledger.isFresh();
            core.start(identity.hasLostData(), () -> {
                normalCase.propose();
                execution.goOn();
            });
            normalCase.recover();
            viewChanger.resume(isFirst);
            recovery.resume();
            observe();
        }

        private void onWindowMoved() {
            viewChanger.takeUpOpen();
            execution.goOn();
            normalCase.propose();
        }

        @Override
        public Receive<Replica.Message> createReceive() {
            return newReceiveBuilder()
                    .onMessage(Sealed.class, letter -> then(() -> onSealed(letter)))
                    .onMessage(Core.Own.class, own -> then(() -> onMessage(core.node, own.letter(), own.message())))
                    .onMessage(Signed.class, signed -> then(() -> onSigned(signed)))
                    .onMessage(WriteAheadLog.Stored.class, stored -> then(() -> core.onStored(stored.ticket())))
                    .onMessage(Executor.Executed.class, executed -> then(() -> execution.onExecuted(executed)))
                    .onMessage(Executor.Frozen.class, frozen -> then(() -> onFrozen(frozen)))
                    .onMessage(Executor.GoneBack.class, back -> then(() -> execution.onGoneBack(back.sequence())))
                    .onMessage(VotingClient.Gather.class, this::onGather)
                    .onMessage(VotingClient.Say.class, say -> then(() -> onSay(say)))
                    .onMessage(Replica.Request.class, this::onClient)
                    .onMessageEquals(RecoveringReplica.Tick.TICK, () -> then(this::onTick))
                    .onMessage(Executor.ReadDone.class, read -> then(() -> replies.onRead(read)))
                    .onMessage(Executor.ReadRefused.class, read -> then(() -> replies.refuse(read.client(), read.id())))
                    .onMessage(StateKeeper.Saved.class, saved -> then(() -> onSaved(saved)))
                    .onMessage(StateKeeper.Answer.class, answer -> then(() -> core.send(answer.to(), answer.answer())))
                    .onMessage(StateFetcher.Event.class, event -> then(() -> onFetching(event)))
                    .onMessage(Executor.Restored.class, restored -> then(() -> onRestored(restored)))
                    .onMessage(PeerDirectory.PeerAt.class, at -> then(() -> onPeerAt(at)))
                    .onMessage(ReplicaControl.GetStatus.class, this::onGetStatus)
                    .onMessageEquals(ReplicaControl.Abstain.ABSTAIN, () -> this) // The others notice, and go on.
                    .onMessage(Observers.Gone.class, gone -> then(() -> observers.remove(gone.observer())))
                    .build();
        }

        private Behavior<Replica.Message> then(Runnable step) {
            step.run();
            observe();
            return this;
        }

        private void observe() {
            Replica.Status status = status();
            if (observers.isNews(status.role(), status.term(), status.leader())) {
                observers.tell(status);
            }
            inspector.afterStep(core);
        }

        private void onSealed(Sealed letter) {
            core.notary.open(letter).ifPresent(message -> onMessage(letter.from(), Optional.of(letter), message));
        }

        private void onMessage(String from, Optional<Sealed> letter, PbftMessage message) {
            if (message instanceof Request request) {
                letter.ifPresent(one -> normalCase.onRequest(one, request));
            } else if (message instanceof ReadOnly read) {
                normalCase.onRead();
                if (replies.mayAnswer(read)) {
                    executor.tell(new Executor.Read(from, read.id(), read.queries()));
                } else {
                    replies.refuse(from, read.id());
                }
            } else if (message instanceof Reply || message instanceof TentativeReply || message instanceof ReadReply) {
                client.tell(new VotingClient.Said(from, message));
            } else if (core.members.contains(from)) {
                onReplicas(from, message);
            }
        }

        private void onReplicas(String from, PbftMessage message) {
            if (message instanceof PrePrepare prePrepare) {
                normalCase.onPrePrepare(from, prePrepare);
            } else if (message instanceof Prepare prepare) {
                normalCase.onPrepare(from, prepare);
            } else if (message instanceof Commit commit) {
                normalCase.onCommit(from, commit);
            } else if (message instanceof Commits commits) {
                commits.commits().forEach(commit -> normalCase.onCommit(from, commit));
            } else if (message instanceof Piggybacked together) {
                together.commits().forEach(commit -> normalCase.onCommit(from, commit));
                onReplicas(from, together.carrier());
            } else if (message instanceof Checkpoint checkpoint) {
                stateTransfer.onCheckpoint(from, checkpoint);
            } else if (message instanceof NewView newView) {
                viewChanger.onNewView(from, newView);
            } else if (message instanceof Standing standing) {
                standings.onStanding(from, standing);
            } else if (message instanceof QueryStable query) {
                recovery.onQuery(from, query);
            } else if (message instanceof ReplyStable reply) {
                recovery.onReply(from, reply);
            } else if (message instanceof FetchBatch fetch) {
                normalCase.onFetchBatch(from, fetch);
            } else if (message instanceof BatchBody body) {
                if (normalCase.onBatchBody(body)) {
                    viewChanger.onBatchArrived();
                }
            } else if (message instanceof FetchNode || message instanceof FetchPages) {
                keeper.tell(new StateKeeper.Serve(from, message));
            } else if (message instanceof NodeDigests || message instanceof Page || message instanceof NoSuchState) {
                stateHands.told(from, message);
            }
        }

        private void onSigned(Signed signed) {
            core.notary.open(signed).ifPresent(message -> {
                if (message instanceof ViewChange viewChange) {
                    viewChanger.onViewChange(signed, viewChange);
                } else if (message instanceof NewKey announced) {
                    keyExchange.onNewKey(signed, announced);
                }
            });
        }

        private void onPeerAt(PeerDirectory.PeerAt at) {
            core.peerAt(at.node(), at.replica());
            keyExchange.tell(at.node());
        }

        private void onFrozen(Executor.Frozen frozen) {
            keeper.tell(new StateKeeper.Save(frozen.sequence(), frozen.operations(), frozen.state()));
        }

        private void onExecutedForGood(Executor.Executed executed) {
            core.executedThrough(executed.sequence());
            replies.onExecuted(executed);
            viewChanger.onProgress();
            execution.goOn();
            normalCase.propose();
        }

        private void onSaved(StateKeeper.Saved saved) {
            stateTransfer.onSaved(saved.sequence(), saved.header());
        }

        private void onFetching(StateFetcher.Event event) {
            if (event instanceof StateFetcher.Ask ask) {
                core.send(ask.source(), ask.question());
            } else if (event instanceof StateFetcher.Fetched fetched) {
                stateTransfer.onFetched(fetched.sequence(), fetched.header());
            } else {
                stateTransfer.onFetchFailed();
            }
        }

        private void onRestored(Executor.Restored restored) {
            normalCase.restartAt(restored.sequence());
            stateTransfer.onRestored(restored.sequence(), restored.header());
            replies.onRestored(restored.replies());
        }

        private Behavior<Replica.Message> onGather(VotingClient.Gather gather) {
            client.tell(gather.gathered());
            return this;
        }

        private void onSay(VotingClient.Say say) {
            core.sayAsClient(say.to(), say.message(), say.isSigned());
        }

        private void onTick() {
            core.tick();
            keyExchange.onTick();
            normalCase.onTick();
            execution.onTick();
            viewChanger.onTick();
            standings.onTick();
            recovery.onTick();
        }

        private Behavior<Replica.Message> onClient(Replica.Request request) {
            if (request instanceof Replica.Observe observe) {
                observers.add(observe.observer(), status());
            } else if (request instanceof Replica.ListMembers list) {
                var members = new Replica.Members(new TreeSet<>(core.members.replicas()), new TreeSet<>());
                list.replyTo().tell(new Replica.MembersListed(members, true));
            } else if (request instanceof Replica.Query query && query.consistency() == ReadConsistency.STALE) {
                executor.tell(new Executor.ReadHere(query));
            } else if (request instanceof Replica.TransferLeadership || request instanceof Replica.Reconfigure) {
                Rejections.reject(
                        request,
                        Replica.Reason.UNSUPPORTED,
                        "PBFT's replicas and the order in which they lead are fixed");
            } else {
                client.tell(new VotingClient.Ask(request));
            }
            return this;
        }

        private Behavior<Replica.Message> onGetStatus(ReplicaControl.GetStatus get) {
            get.replyTo().tell(status());
            return this;
        }

        private Replica.Status status() {
            return core.status();
        }
    }
}
