package io.troupe.etcd;

import io.troupe.cluster.Endpoint;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.compactor.Compactor;
import io.troupe.etcd.corruption.CorruptionCheck;
import io.troupe.etcd.corruption.HashFeed;
import io.troupe.etcd.gateway.FrozenStates;
import io.troupe.etcd.gateway.Gateway;
import io.troupe.etcd.gateway.NodeView;
import io.troupe.etcd.gateway.Quota;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.LeaseFeed;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.members.PeerUrls;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.port.ClientAddress;
import io.troupe.etcd.restore.Importer;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/**
 * etcd on one node: has the group hosted, then opens the gateway on it.
 *
 * <p>Transitions: hosting → catching up, when the replica has recovered; catching up → opening, when its store is as new as
 * the group's; opening → serving, when the gateway listens and the cluster has recorded where; hosting → out of service, or
 * ended, when the replica is down; any → leaving. No child is restarted: when one fails, so does this guardian, and the node
 * decides. The session's client stops with the replica, so that a new guardian finds the replica down, and its clients find
 * no port here.
 */
final class EtcdGuardian extends AbstractBehavior<EtcdGuardian.Command> {

    sealed interface Command
            permits WrappedNode, WrappedHosted, WrappedStatus, CaughtUp, WrappedNews, WrappedRestored, Left, Look {}

    private record WrappedNode(SystemGuardian.Command command) implements Command {}

    private record WrappedHosted(Groups.HostReply reply) implements Command {}

    private record WrappedStatus(Replica.Status status) implements Command {}

    private enum CaughtUp implements Command {
        CAUGHT_UP
    }

    private record WrappedRestored(Importer.Done done) implements Command {}

    private enum Left implements Command {
        LEFT
    }

    private enum Look implements Command {
        WHETHER_REMOVED
    }

    private record WrappedNews(Gateway.News news) implements Command {}

    private static final String REMOVED = "the member has been permanently removed from the cluster";

    private final NodeContext node;
    private final EtcdSettings settings;
    private final WatchHub.Wiring watches;
    private final ActorRef<Lessor.Command> lessor;
    private final ActorRef<LeaseDesk.Command> leases;
    private final NodeView view;
    private final AuthView auth;
    private final FrozenStates frozen = new FrozenStates();
    private final Quota quota;
    private final HashFeed hashes = new HashFeed();
    private Optional<ActorRef<SessionClient.Command>> client = Optional.empty();
    private Optional<ActorRef<Compactor.Command>> compactor = Optional.empty();
    private Optional<ActorRef<CorruptionCheck.Command>> check = Optional.empty();
    private Optional<ActorRef<Importer.Command>> importer = Optional.empty();
    private Optional<ActorRef<CatchUp.Command>> catchUp = Optional.empty();
    private Optional<ActorRef<Gateway.Command>> gateway = Optional.empty();
    private Optional<Endpoint> endpoint = Optional.empty();
    private String notReady = "the replica is recovering, or the node is leaving";
    /** Who asked this node to leave, until it has. */
    private final List<ActorRef<Done>> leaveAsked = new ArrayList<>();

    private boolean caughtUp;
    private boolean toldReady;
    private boolean leaving;
    private boolean left;

    static Behavior<SystemGuardian.Command> create(NodeContext node, EtcdSettings settings) {
        Behavior<Command> guardian = Behaviors.setup(context -> new EtcdGuardian(context, node, settings));
        return Behaviors.transformMessages(
                SystemGuardian.Command.class,
                guardian,
                node2 -> node2.match(SystemGuardian.Command.class, WrappedNode::new));
    }

    private EtcdGuardian(ActorContext<Command> context, NodeContext node, EtcdSettings settings) {
        super(context);
        this.node = node;
        this.settings = settings;
        this.watches = WatchHub.spawn(context, settings.watch());
        var leaseFeed = new LeaseFeed();
        this.lessor = context.spawn(Lessor.create(settings.lease(), leaseFeed, System::nanoTime), "lessor");
        leaseFeed.attach(lessor.narrow());
        this.leases = context.spawn(LeaseDesk.create(settings.group(), node.members()), "leases");
        this.view = new NodeView(settings.group(), node.nodeId(), node.members(), watches.feed()::latest);
        List.of(watches.hub(), lessor, leases).forEach(context::watch);
        context.getSystem()
                .receptionist()
                .tell(Receptionist.register(LeaseDesk.key(settings.group(), node.nodeId()), lessor.narrow()));
        this.auth = new AuthView(settings.auth().tokens());
        this.quota = new Quota(view::memberId, settings.quotaBytes());
        var followers = new StoreFollowers(watches.feed(), leaseFeed, auth, frozen, quota, view.roster(), hashes);
        node.groups()
                .tell(new Groups.Host(
                        settings.group(),
                        founders(),
                        (group, nodeId) -> new EtcdStateMachine(followers),
                        settings.engine(),
                        context.messageAdapter(Groups.HostReply.class, WrappedHosted::new)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WrappedNode.class, wrapped -> onNode(wrapped.command()))
                .onMessage(WrappedHosted.class, wrapped -> onHostReply(wrapped.reply()))
                .onMessage(WrappedStatus.class, wrapped -> onStatus(wrapped.status()))
                .onMessage(CaughtUp.class, ignored -> onCaughtUp())
                .onMessage(WrappedNews.class, wrapped -> onNews(wrapped.news()))
                .onMessage(WrappedRestored.class, wrapped -> onRestored(wrapped.done()))
                .onMessage(Left.class, ignored -> onLeft())
                .onMessage(Look.class, ignored -> onLook())
                .build();
    }

    private Behavior<Command> onHostReply(Groups.HostReply reply) {
        if (reply instanceof Groups.NotHosted notHosted) {
            notReady = notHosted.detail();
            return settings.endsWithMember() ? giveUp(notReady) : this;
        }
        return onHosted((Groups.Hosted) reply);
    }

    private Behavior<Command> onHosted(Groups.Hosted hosted) {
        if (leaving) {
            return this; // No client shall come any more.
        }
        ActorRef<Replica.Request> replica = hosted.replica();
        ActorRef<SessionClient.Command> session =
                getContext().spawn(SessionClient.create(replica, sessionSettings(), new SplittableRandom()), "session");
        client = Optional.of(session);
        watches.hub().tell(new WatchHub.UseClient(session));
        compactor = settings.autoCompaction().start().map(retention -> getContext()
                .spawn(Compactor.create(retention, watches.feed()::latest, session), "compactor"));
        compactor.ifPresent(getContext()::watch);
        check = settings.corruptCheckInterval().map(interval -> getContext()
                .spawn(
                        CorruptionCheck.create(new CorruptionCheck.Wiring(
                                interval,
                                view::memberId,
                                new SplittableRandom()::nextLong,
                                session,
                                DispatcherSelector.blocking())),
                        "corruption-check"));
        check.ifPresent(hashes::attach);
        check.ifPresent(getContext()::watch);
        importer = settings.restoreFrom().map(file -> getContext()
                .spawn(
                        Importer.create(
                                file, session, getContext().messageAdapter(Importer.Done.class, WrappedRestored::new)),
                        "importer"));
        importer.ifPresent(getContext()::watch);
        replica.tell(new Replica.Observe(getContext().messageAdapter(Replica.Status.class, WrappedStatus::new)));
        var backends = new Gateway.Backends(
                session,
                watches.hub(),
                leases,
                lessor,
                node.groups(),
                auth,
                frozen,
                quota,
                node.meters(),
                replica,
                peerUrls());
        ActorRef<Gateway.News> news = getContext().messageAdapter(Gateway.News.class, WrappedNews::new);
        ActorRef<Gateway.Command> opened =
                getContext().spawn(Gateway.create(settings, view, backends, news), "gateway");
        gateway = Optional.of(opened);
        if (importer.isEmpty()) {
            catchUp(session);
        }
        getContext().watch(session);
        getContext().watch(opened);
        return this;
    }

    private void catchUp(ActorRef<SessionClient.Command> session) {
        ActorRef<CatchUp.Command> begun = getContext()
                .spawn(
                        CatchUp.create(
                                session,
                                watches.feed()::latest,
                                getContext().messageAdapter(CatchUp.Done.class, done -> CaughtUp.CAUGHT_UP)),
                        "catch-up");
        getContext().watch(begun);
        catchUp = Optional.of(begun);
    }

    /** Room for what the gateway admits, and for the lessor's and the watches' own requests. */
    private SessionClient.Settings sessionSettings() {
        return new SessionClient.Settings(
                settings.inFlightMax() + 1024, Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofSeconds(2));
    }

    private Behavior<Command> onStatus(Replica.Status status) {
        view.update(status);
        gateway.ifPresent(
                actor -> actor.tell(new Gateway.LeaderKnown(status.leader().isPresent(), status.role())));
        leases.tell(new LeaseDesk.LeaderChanged(status));
        check.ifPresent(actor -> actor.tell(new CorruptionCheck.RoleIs(status.role())));
        importer.ifPresent(actor -> actor.tell(new Importer.RoleIs(status.role())));
        compactor.ifPresent(actor -> actor.tell(new Compactor.RoleIs(status.role())));
        client.ifPresent(session -> lessor.tell(new Lessor.ReplicaChanged(status, session)));
        tellReady();
        lookWhetherRemoved();
        return this;
    }

    private boolean isRemoved() {
        return view.status().leader().isEmpty() && view.roster().roster().isRemoved(node.nodeId());
    }

    /** The members that are left have stopped to speak to this one. A leader that is known yet may have added it again. */
    private void lookWhetherRemoved() {
        if (settings.endsWithMember() && isRemoved()) {
            getContext().scheduleOnce(settings.leaderPatience(), getContext().getSelf(), Look.WHETHER_REMOVED);
        }
    }

    private Behavior<Command> onLook() {
        if (isRemoved()) {
            endAsRemoved();
        }
        return this;
    }

    /** In etcd's words. */
    private void endAsRemoved() {
        var shutdown = CoordinatedShutdown.get(getContext().getSystem());
        if (shutdown.getShutdownReason().isEmpty()) {
            getContext().getLog().warn("{}", REMOVED);
            getContext().getLog().warn("the data-dir used by this member must be removed.");
            shutdown.runAll(CoordinatedShutdown.unknownReason());
        }
    }

    private Behavior<Command> onCaughtUp() {
        caughtUp = true;
        catchUp.ifPresent(getContext()::unwatch); // It ends by itself.
        catchUp = Optional.empty();
        gateway.ifPresent(actor -> actor.tell(Gateway.Serve.SERVE));
        return this;
    }

    private Behavior<Command> onNews(Gateway.News news) {
        return news instanceof Gateway.Listening listening ? onListening(listening) : onRemoved();
    }

    /** Who leads says so, who has asked the group: this node's own roster may be of before. */
    private Behavior<Command> onRemoved() {
        if (settings.endsWithMember()) {
            endAsRemoved();
        }
        return this;
    }

    private Behavior<Command> onListening(Gateway.Listening listening) {
        endpoint = Optional.of(
                new Endpoint(settings.client().scheme(), settings.client().host(), listening.port()));
        tellReady();
        return this;
    }

    /** In etcd's words, which those who start one wait for. */
    private void tellReady() {
        if (!toldReady && endpoint.isPresent() && view.status().leader().isPresent()) {
            toldReady = true;
            getContext().getLog().info("ready to serve client requests");
            settings.client()
                    .addresses()
                    .forEach(address -> getContext().getLog().info("{}", served(address)));
        }
    }

    private static String served(ClientAddress address) {
        return address.httpOnly()
                ? "listening for metrics on " + address
                : "serving " + (address.secure() ? "" : "insecure ") + "client requests on " + address.host() + ":"
                        + address.port();
    }

    /** A snapshot that cannot be restored ends this guardian: a cluster that begins empty instead is not what was asked. */
    private Behavior<Command> onRestored(Importer.Done done) {
        importer.ifPresent(getContext()::unwatch); // It ends by itself.
        importer = Optional.empty();
        if (done.failure().isEmpty()) {
            client.ifPresent(this::catchUp);
        }
        return done.failure().map(this::giveUp).orElse(this);
    }

    private Behavior<Command> giveUp(String why) {
        getContext().getLog().error("{}", why);
        return Behaviors.stopped();
    }

    private Behavior<Command> onNode(SystemGuardian.Command command) {
        if (command instanceof SystemGuardian.GetHealth getHealth) {
            getHealth.replyTo().tell(health());
        } else if (command instanceof SystemGuardian.Leave leave) {
            onLeave(leave.replyTo());
        }
        return this;
    }

    /** Everybody who asks is answered when the gateway has drained, whoever asked first. */
    private void onLeave(ActorRef<Done> replyTo) {
        leaveAsked.add(replyTo);
        if (!leaving) {
            leaving = true;
            gateway.ifPresent(actor -> {
                getContext().unwatch(actor);
                actor.tell(new Gateway.Leave(getContext().messageAdapter(Done.class, done -> Left.LEFT)));
            });
            if (gateway.isEmpty()) {
                getContext().getSelf().tell(Left.LEFT);
            }
        } else if (left) {
            replyTo.tell(Done.getInstance());
        }
    }

    private Behavior<Command> onLeft() {
        left = true;
        gateway = Optional.empty();
        leaveAsked.forEach(replyTo -> replyTo.tell(Done.getInstance()));
        leaveAsked.clear();
        return this;
    }

    private SystemGuardian.Health health() {
        List<Endpoint> endpoints = endpoint.map(List::of).orElse(List.of());
        if (gateway.isEmpty() || leaving) {
            return new SystemGuardian.Health(false, notReady, endpoints);
        }
        if (importer.isPresent() && view.status().leader().isPresent()) {
            return new SystemGuardian.Health(
                    false, "restoring " + settings.restoreFrom().orElseThrow(), endpoints);
        }
        if (!caughtUp) {
            return new SystemGuardian.Health(false, whyBehind(), endpoints);
        }
        if (endpoints.isEmpty()) {
            return new SystemGuardian.Health(false, "opening the client port, or telling the cluster of it", endpoints);
        }
        Replica.Status status = view.status();
        return status.leader()
                .map(leader -> new SystemGuardian.Health(true, describe(status, leader), endpoints))
                .orElseGet(() -> new SystemGuardian.Health(false, whyNoLeader(status), endpoints));
    }

    /** Where the nodes that the cluster was set up with are reached, as etcd writes it. */
    private Function<String, List<String>> peerUrls() {
        String path = "troupe.cluster.members";
        String scheme = PeerUrls.scheme(node.config());
        Map<String, String> addresses = new TreeMap<>();
        if (node.config().hasPath(path)) {
            for (String member : node.config().getStringList(path)) {
                int at = member.indexOf('@');
                addresses.put(member.substring(0, Math.max(0, at)), member.substring(at + 1));
            }
        }
        return member -> addresses.containsKey(member) ? List.of(scheme + "://" + addresses.get(member)) : List.of();
    }

    /** A node that joins a cluster that is there is none of those that it was set up with. */
    private List<String> founders() {
        String path = "troupe.cluster.join-only";
        boolean joins = node.config().hasPath(path) && node.config().getBoolean(path);
        return node.members().stream()
                .filter(member -> !joins || !member.equals(node.nodeId()))
                .toList();
    }

    private String whyBehind() {
        Replica.Status status = view.status();
        return status.leader().isPresent() ? "the store is catching up with the group's" : whyNoLeader(status);
    }

    private String whyNoLeader(Replica.Status status) {
        return view.roster().roster().isRemoved(node.nodeId())
                ? REMOVED
                : "no leader is known in term " + status.term() + ": is a majority up?";
    }

    private static String describe(Replica.Status status, String leader) {
        return (leader.equals(status.node()) ? "leading" : "following " + leader) + " in term " + status.term();
    }
}
