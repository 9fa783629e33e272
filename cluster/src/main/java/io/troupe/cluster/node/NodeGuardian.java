package io.troupe.cluster.node;

import com.typesafe.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import io.troupe.replication.Groups;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/**
 * The root of a node: parent of what brings it into the cluster and of everything it hosts.
 *
 * <p>Transitions: joining → hosting, when this node is a member; hosting → leaving, when the
 * coordinated shutdown says so. The group host and the systems exist from hosting on.
 *
 * <p>Supervision: a system's guardian that fails is restarted after a back-off, because it holds
 * nothing that is not in its groups or files; the others go on. One that ends by itself has given up, and when all
 * have, the node ends, too. The group host is never restarted
 * in place: when it stops, so does the node, to recover from disk in a new life. The same holds for
 * {@link Formation} and {@link Membership}, without which a node does not know where it belongs.
 */
final class NodeGuardian extends AbstractBehavior<NodeGuardian.Command> {

    private static final Duration RESTART_MIN = Duration.ofMillis(300);
    private static final Duration RESTART_MAX = Duration.ofSeconds(10);

    sealed interface Command permits GetStatus, LeaveSystems, HandOver, SystemEnded, WrappedJoined, WrappedOutcome {}

    /** Answered within two seconds, whatever the children do. */
    record GetStatus(ActorRef<StatusQuery.Collected> replyTo) implements Command {}

    /** The node leaves: every system finishes with its clients. */
    record LeaveSystems(ActorRef<Done> replyTo) implements Command {}

    /** The node leaves: leadership goes to others. */
    record HandOver(ActorRef<Done> replyTo) implements Command {}

    private record SystemEnded(String system) implements Command {}

    private record WrappedJoined(Membership.Joined joined) implements Command {}

    private record WrappedOutcome(Formation.Outcome outcome) implements Command {}

    private final NodeSettings settings;
    private final DataDirectory directory;
    private final MeterRegistry meters;
    private final Behavior<Groups.Command> groupHost;
    private final Map<TroupeSystem, ActorRef<SystemGuardian.Command>> systems = new LinkedHashMap<>();
    /** Names of those that have ended by themselves. */
    private final Set<String> ended = new TreeSet<>();

    private @Nullable ActorRef<Groups.Command> groups;

    static Behavior<Command> create(
            NodeSettings settings, DataDirectory directory, MeterRegistry meters, Behavior<Groups.Command> groupHost) {
        return Behaviors.setup(context -> new NodeGuardian(context, settings, directory, meters, groupHost));
    }

    private NodeGuardian(
            ActorContext<Command> context,
            NodeSettings settings,
            DataDirectory directory,
            MeterRegistry meters,
            Behavior<Groups.Command> groupHost) {
        super(context);
        this.settings = settings;
        this.directory = directory;
        this.meters = meters;
        this.groupHost = groupHost;
        context.watch(context.spawn(
                Formation.create(
                        settings,
                        directory.id(),
                        System::nanoTime,
                        context.messageAdapter(Formation.Outcome.class, WrappedOutcome::new)),
                Formation.NAME));
        context.watch(context.spawn(
                Membership.create(context.messageAdapter(Membership.Joined.class, WrappedJoined::new)), "membership"));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(GetStatus.class, this::onGetStatus)
                .onMessage(LeaveSystems.class, this::onLeaveSystems)
                .onMessage(HandOver.class, this::onHandOver)
                .onMessage(SystemEnded.class, this::onSystemEnded)
                .onMessage(WrappedJoined.class, joined -> onJoined())
                .onMessage(WrappedOutcome.class, wrapped -> onOutcome(wrapped.outcome()))
                .onSignal(Terminated.class, this::onTerminated)
                .build();
    }

    private Behavior<Command> onJoined() {
        ActorRef<Groups.Command> host = getContext().spawn(groupHost, "groups");
        getContext().watch(host);
        groups = host;
        GroupHosts.provide(getContext().getSystem(), settings, directory, host);
        for (TroupeSystem system : settings.systems()) {
            ActorRef<SystemGuardian.Command> guardian =
                    getContext().spawn(guardian(system, host), "system-" + system.name());
            getContext().watchWith(guardian, new SystemEnded(system.name()));
            systems.put(system, guardian);
        }
        return this;
    }

    private Behavior<SystemGuardian.Command> guardian(TroupeSystem system, ActorRef<Groups.Command> host) {
        Config config = settings.config();
        NodeContext node = new NodeContext(
                settings.nodeId(), settings.memberIds(), directory.of(system.name()), config, host, meters);
        return Behaviors.supervise(Behaviors.withMdc(
                        SystemGuardian.Command.class,
                        Map.of("system", system.name()),
                        Behaviors.setup(context -> system.guardian(node))))
                .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0.2));
    }

    private Behavior<Command> onOutcome(Formation.Outcome outcome) {
        if (outcome instanceof Formation.Refused refused) {
            Ending.shutDown(getContext().getSystem(), new Ending.Refused(refused.why()));
        } else {
            Ending.shutDown(getContext().getSystem(), new Ending.Downed());
        }
        return this;
    }

    private Behavior<Command> onSystemEnded(SystemEnded end) {
        getContext().getLog().error("{} has ended on this node; why is said above", end.system());
        ended.add(end.system());
        if (ended.size() == systems.size()) {
            Ending.shutDown(
                    getContext().getSystem(),
                    new Ending.Failed("This node serves nothing any more: " + String.join(", ", ended)
                            + " ended; the log above says why"));
        }
        return this;
    }

    private Behavior<Command> onTerminated(Terminated terminated) {
        Ending.shutDown(
                getContext().getSystem(),
                new Ending.Failed("The node's " + terminated.getRef().path().name()
                        + " failed; the log above says why. Start the node again to recover from its disk"));
        return this;
    }

    private Behavior<Command> onGetStatus(GetStatus get) {
        getContext().spawnAnonymous(StatusQuery.create(Map.copyOf(systems), groups, get.replyTo()));
        return this;
    }

    private Behavior<Command> onLeaveSystems(LeaveSystems leave) {
        getContext().spawnAnonymous(Leaving.create(List.copyOf(systems.values()), leave.replyTo()));
        return this;
    }

    private Behavior<Command> onHandOver(HandOver handOver) {
        ActorRef<Groups.Command> host = groups;
        boolean downed = CoordinatedShutdown.get(getContext().getSystem())
                .getShutdownReason()
                .filter(Ending::isDowning)
                .isPresent();
        if (host == null || downed) { // who was downed is in a minority: there is nobody to hand over to
            handOver.replyTo().tell(Done.getInstance());
        } else {
            host.tell(new Groups.HandOver(handOver.replyTo()));
        }
        return this;
    }
}
