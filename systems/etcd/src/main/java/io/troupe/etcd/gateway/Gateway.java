package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.cluster.node.PatientDowning;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.auth.Passwords;
import io.troupe.etcd.concurrency.Contender;
import io.troupe.etcd.concurrency.LeaderObserver;
import io.troupe.etcd.json.JsonGateway;
import io.troupe.etcd.lease.KeepAliveSession;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.members.Members;
import io.troupe.etcd.members.PeerHosts;
import io.troupe.etcd.members.PeerUrls;
import io.troupe.etcd.members.Registrar;
import io.troupe.etcd.port.ClientPort;
import io.troupe.etcd.port.Http1;
import io.troupe.etcd.tls.ServerTls;
import io.troupe.etcd.watch.LargeResponses;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.etcd.watch.WatchSession;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The node's face to etcd clients: owns the gRPC server and the actors that serve it.
 *
 * <p>Transitions: preparing → binding, when it is told to serve; binding → announcing, when the port is bound; announcing →
 * serving, when the cluster has recorded where the port is; serving → leaving → stopped. A port that cannot be bound, or certificates that cannot be read, stop the gateway, and so does a child that fails: its parent decides what
 * that means for the node.
 */
public final class Gateway extends AbstractBehavior<Gateway.Command> {

    public sealed interface Command
            permits Prepared, Serve, Bound, NotBound, Look, LeaderKnown, WrappedRemoved, Leave, DrainCheck {}

    /** Certificates could be read, and so on: the port can be bound. */
    private enum Prepared implements Command {
        PREPARED
    }

    /** Listen for clients: what they would read is there. */
    public enum Serve implements Command {
        SERVE
    }

    private record Bound(EtcdServer server) implements Command {}

    private record NotBound(Throwable cause) implements Command {}

    /** Whether the cluster has recorded where this node's clients reach it. */
    private record Look(Listening listening, List<String> clientUrls) implements Command {}

    private record WrappedRemoved(Members.Removed removed) implements Command {}

    /** Whether the node knows a leader now, and its own part in the group. */
    public record LeaderKnown(boolean known, Replica.Role role) implements Command {}

    /** Accept no more calls, let those under way finish for a moment, then answer. */
    public record Leave(ActorRef<Done> replyTo) implements Command {}

    private record DrainCheck(int left) implements Command {}

    /** What its parent is told. */
    public sealed interface News permits Listening, Removed {}

    /**
     * Told once the roster says so: what members of the cluster may do depends on who has started.
     *
     * @param port where the server actually listens
     */
    public record Listening(int port) implements News {}

    /** This node belongs to the cluster no more, as who leads it knows. */
    public record Removed() implements News {}

    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(10);
    private static final Duration DRAIN_STEP = Duration.ofMillis(50);
    private static final int DRAIN_STEPS_MAX = 40;

    /**
     * What the gateway brings its clients' requests to.
     *
     * @param client the node's session client
     * @param meters of the node, told over HTTP as well
     * @param peerUrls where a node that the cluster was set up with is reached
     */
    public record Backends(
            ActorRef<SessionClient.Command> client,
            ActorRef<WatchHub.Command> watches,
            ActorRef<LeaseDesk.Command> leases,
            ActorRef<Lessor.Command> lessor,
            ActorRef<Groups.Command> groups,
            AuthView auth,
            FrozenStates frozen,
            Quota quota,
            MeterRegistry meters,
            ActorRef<Replica.Request> replica,
            Function<String, List<String>> peerUrls) {}

    private final TimerScheduler<Command> timers;
    private final EtcdSettings settings;
    private final NodeView node;
    private final ActorRef<News> parent;
    private final ActorRef<Members.Command> members;
    private final ActorRef<Registrar.Command> registrar;
    private final List<ActorRef<Object>> streams = new ArrayList<>();
    private final AtomicLong waitingIds = new AtomicLong();
    private final Executor blocking;
    private final CompletableFuture<EtcdServer> prepared;
    /** Done when the port is bound or cannot be: a gateway that ends meanwhile closes it all the same. */
    private Optional<CompletableFuture<EtcdServer>> starting = Optional.empty();

    private final List<ActorRef<Done>> leaving = new ArrayList<>();

    /** @param parent told where the server listens, and when this node was removed */
    public static Behavior<Command> create(
            EtcdSettings settings, NodeView node, Backends backends, ActorRef<News> parent) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Gateway(context, timers, settings, node, backends, parent)));
    }

    private Gateway(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            EtcdSettings settings,
            NodeView node,
            Backends backends,
            ActorRef<News> parent) {
        super(context);
        this.timers = timers;
        this.settings = settings;
        this.node = node;
        this.parent = parent;
        this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
        this.members = child(
                Members.create(
                        settings.group(),
                        node.nodeId(),
                        node.members(),
                        PeerUrls.own(context.getSystem()),
                        context.messageAdapter(Members.Removed.class, WrappedRemoved::new)),
                "members");
        this.registrar = child(
                Registrar.create(new Registrar.Wiring(
                        node.clusterId(),
                        settings.strictReconfigCheck(),
                        backends.peerUrls(),
                        PeerHosts.lookedUpBy(blocking),
                        isGone -> PatientDowning.downThoseGone(context.getSystem(), isGone),
                        node.roster(),
                        members,
                        backends.client(),
                        backends.replica())),
                "registrar");
        var calls = new UnaryCalls(
                child(CallBroker.create(backends.client()), "calls"), backends.auth(), backends.quota(), settings);
        var present = new PresentStatus(backends.groups(), node, context.getSystem());
        List<ServerServiceDefinition> services = services(calls, node, backends, present);
        var http = new HttpBackend(calls, node, present, backends.quota(), backends.meters());
        var freshTokens = new FreshTokens(backends.auth(), calls::catchUp, settings.inFlightMax());
        this.prepared = CompletableFuture.supplyAsync(
                () -> prepare(settings, http, node, services, freshTokens, blocking), blocking);
        context.pipeToSelf(prepared, (server, failure) -> server == null ? new NotBound(failure) : Prepared.PREPARED);
    }

    /** One that this gateway ends with. */
    private <M> ActorRef<M> child(Behavior<M> behavior, String name) {
        ActorRef<M> child = getContext().spawn(behavior, name);
        getContext().watch(child);
        return child;
    }

    private List<ServerServiceDefinition> services(
            UnaryCalls calls, NodeView node, Backends backends, PresentStatus present) {
        var system = getContext().getSystem();
        LongSupplier random = new Random()::nextLong;
        var leases = new LeaseService(
                calls,
                keepAlives(),
                backends.leases(),
                backends.lessor(),
                node,
                settings,
                LeaseService.ids(random),
                system);
        var contests = new Contests(
                calls, contenders(), leaderObservers(), backends.watches(), node, LeaseService.ids(random));
        var authentications = new Authentications(calls, node, backends.auth().tokens(), blocking);
        return List.of(
                new AuthService(calls, node, new Passwords(settings.auth().bcryptCost()), authentications, blocking)
                        .bindService(),
                new KvService(calls, node, settings.txnOpsMax()).bindService(),
                new WatchService(
                                watches(node),
                                backends.watches(),
                                node,
                                backends.auth(),
                                settings.messageBytesMax(),
                                new LargeResponses(settings.watch().unreadBytesInAllMax()))
                        .bindService(),
                leases.definition(),
                new ClusterService(calls, members, registrar, node, random, system).bindService(),
                new MaintenanceService(
                                calls,
                                node,
                                snapshots(node, backends.frozen(), calls),
                                backends.quota(),
                                present,
                                backends.replica(),
                                system)
                        .bindService(),
                new LockService(calls, contests, node).bindService(),
                new ElectionService(calls, contests, node).bindService());
    }

    /** A snapshot keeps what it shows in memory until its client has taken it: few at a time. */
    private SnapshotStreams snapshots(NodeView node, FrozenStates frozen, UnaryCalls calls) {
        var admission = new Admission(settings.snapshotsMax());
        return new SnapshotStreams(
                new WaitingCalls<>(
                        sessions("snapshot-streams", admission, new SnapshotStream.LeaderLost()),
                        admission,
                        waitingIds,
                        Optional.of(new SnapshotStream.Writable()),
                        new SnapshotStream.Gone()),
                calls,
                frozen,
                node,
                getContext().getSystem().dispatchers().lookup(DispatcherSelector.blocking()));
    }

    private WaitingCalls<Contender.Command> contenders() {
        return waiting("contenders", new Contender.LeaderLost(), Optional.empty(), new Contender.Gone());
    }

    private WaitingCalls<LeaderObserver.Command> leaderObservers() {
        return waiting(
                "leader-observers",
                new LeaderObserver.LeaderLost(),
                Optional.of(new LeaderObserver.Writable()),
                new LeaderObserver.Gone());
    }

    private <C> WaitingCalls<C> waiting(String name, C leaderLost, Optional<C> writable, C gone) {
        var admission = new Admission(settings.streamsMax());
        return new WaitingCalls<>(sessions(name, admission, leaderLost), admission, waitingIds, writable, gone);
    }

    private <C> ActorRef<Streams.Command<C>> sessions(String name, Admission admission, C leaderLost) {
        ActorRef<Streams.Command<C>> parentOfStreams =
                child(Streams.create(admission, leaderLost, settings.leaderPatience()), name);
        streams.add(parentOfStreams.unsafeUpcast());
        return parentOfStreams;
    }

    private StreamObservers<WatchRequest, WatchSession.Command> watches(NodeView node) {
        var admission = new Admission(settings.streamsMax());
        return new StreamObservers<>(
                sessions("watch-streams", admission, new WatchSession.LeaderLost()),
                admission,
                request -> new WatchSession.Requested(request, node.revision()),
                new WatchSession.Writable(),
                new WatchSession.Gone(),
                Optional.empty()); // As in etcd, a client that sends no more is served until it leaves.
    }

    private StreamObservers<LeaseKeepAliveRequest, KeepAliveSession.Command> keepAlives() {
        var admission = new Admission(settings.streamsMax());
        return new StreamObservers<>(
                sessions("keep-alive-streams", admission, new KeepAliveSession.LeaderLost()),
                admission,
                KeepAliveSession.Requested::new,
                new KeepAliveSession.Writable(),
                new KeepAliveSession.Gone(),
                Optional.of(new KeepAliveSession.Finished()));
    }

    private static EtcdServer prepare(
            EtcdSettings settings,
            HttpBackend http,
            NodeView node,
            List<ServerServiceDefinition> services,
            FreshTokens freshTokens,
            Executor blocking) {
        List<ServerServiceDefinition> guarded =
                EtcdServer.guarded(settings, node, services, freshTokens, http.callMeters());
        Optional<InsideServer> inside =
                settings.client().json() ? Optional.of(InsideServer.start(guarded)) : Optional.empty();
        var plain = new Http1(http, settings.client().access());
        var port = new ClientPort(
                settings.client().addresses(),
                settings.client().tls().map(ServerTls::open),
                inside.map(server -> withJson(settings, http, server)).orElse(plain),
                plain,
                blocking,
                settings.connectionsMax());
        return EtcdServer.build(settings, port, guarded, inside);
    }

    /** Base64 takes four bytes for three, and names and punctuation come on top. */
    private static Http1 withJson(EtcdSettings settings, HttpBackend http, InsideServer inside) {
        int bytesMax = 2 * settings.messageBytesMax();
        return new Http1(
                http, new JsonGateway(inside.channel()), settings.client().access(), bytesMax);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Prepared.class, ignored -> this)
                .onMessage(Serve.class, ignored -> onServe())
                .onMessage(Bound.class, this::onBound)
                .onMessage(NotBound.class, this::onNotBound)
                .onMessage(Look.class, this::onLook)
                .onMessage(LeaderKnown.class, this::onLeaderKnown)
                .onMessage(WrappedRemoved.class, ignored -> onRemoved())
                .onMessage(Leave.class, this::onLeave)
                .onMessage(DrainCheck.class, this::onDrainCheck)
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onRemoved() {
        parent.tell(new Removed());
        return this;
    }

    private Behavior<Command> onServe() {
        if (leaving.isEmpty() && starting.isEmpty()) {
            var bound = prepared.thenApplyAsync(EtcdServer::listen, blocking);
            starting = Optional.of(bound);
            getContext()
                    .pipeToSelf(bound, (server, failure) -> server == null ? new NotBound(failure) : new Bound(server));
        }
        return this;
    }

    private Behavior<Command> onBound(Bound bound) {
        if (!leaving.isEmpty()) {
            return this; // It is being closed.
        }
        getContext()
                .getLog()
                .info("serving etcd clients on port {}", bound.server().port());
        String clientUrl = settings.client().told(bound.server().port());
        members.tell(new Members.Serving(clientUrl));
        registrar.tell(Registrar.Align.ALIGN);
        return onLook(new Look(new Listening(bound.server().port()), Members.urls(clientUrl)));
    }

    private Behavior<Command> onLook(Look look) {
        if (node.roster().roster().isStarted(node.nodeId(), look.clientUrls())) {
            parent.tell(look.listening());
        } else {
            timers.startSingleTimer(look, LOOK_AGAIN_AFTER);
        }
        return this;
    }

    private Behavior<Command> onNotBound(NotBound notBound) {
        getContext().getLog().error("{}", notBound.cause().getMessage());
        return Behaviors.stopped();
    }

    private Behavior<Command> onLeaderKnown(LeaderKnown leader) {
        streams.forEach(parentOfStreams -> parentOfStreams.tell(new Streams.LeaderKnown<>(leader.known())));
        registrar.tell(new Registrar.RoleIs(leader.role()));
        return this;
    }

    private Behavior<Command> onLeave(Leave leave) {
        leaving.add(leave.replyTo());
        if (leaving.size() == 1) {
            ifStarted(EtcdServer::shutdown);
            streams.forEach(this::end);
            getContext().getSelf().tell(new DrainCheck(DRAIN_STEPS_MAX));
        }
        return this;
    }

    /** Its sessions tell their clients, who go to another member. */
    private void end(ActorRef<Object> parentOfStreams) {
        getContext().unwatch(parentOfStreams);
        getContext().stop(parentOfStreams);
    }

    private Behavior<Command> onDrainCheck(DrainCheck check) {
        boolean drained = starting.map(Gateway::isTerminated).orElse(true);
        if (check.left() == 0 || drained) {
            return Behaviors.stopped();
        }
        timers.startSingleTimer(new DrainCheck(check.left() - 1), DRAIN_STEP);
        return this;
    }

    private static boolean isTerminated(CompletableFuture<EtcdServer> server) {
        return server.isCompletedExceptionally()
                || server.isDone() && server.join().isTerminated();
    }

    /** At once, or when the port is bound. */
    private void ifStarted(Consumer<EtcdServer> action) {
        starting.ifPresent(server -> server.thenAccept(action));
    }

    private Behavior<Command> onPostStop() {
        starting.orElse(prepared).thenAccept(EtcdServer::shutdownNow);
        leaving.forEach(replyTo -> replyTo.tell(Done.getInstance()));
        return this;
    }
}
