package io.troupe.etcd.gateway;

import io.grpc.BindableService;
import io.troupe.etcd.EtcdSettings;
import io.troupe.replication.SessionClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
 * <p>Transitions: binding → serving → leaving → stopped. A port that cannot be bound stops the gateway: its
 * parent decides what that means for the node.
 */
public final class Gateway extends AbstractBehavior<Gateway.Command> {

    public sealed interface Command permits Bound, NotBound, Leave, Drained, DrainCheck {}

    private record Bound(EtcdServer server) implements Command {}

    private record NotBound(Throwable cause) implements Command {}

    /** Accept no more calls, let those under way finish for a moment, then answer. */
    public record Leave(ActorRef<Done> replyTo) implements Command {}

    private record Drained() implements Command {}

    private record DrainCheck(int left) implements Command {}

    /** @param port where the server actually listens */
    public record Listening(int port) {}

    private static final Duration DRAIN_STEP = Duration.ofMillis(50);
    private static final int DRAIN_STEPS_MAX = 40;

    private final TimerScheduler<Command> timers;
    private final ActorRef<Listening> parent;
    private Optional<EtcdServer> server = Optional.empty();
    private Optional<ActorRef<Done>> leaving = Optional.empty();

    /**
     * @param client the node's session client
     * @param parent told where the server listens
     */
    public static Behavior<Command> create(
            EtcdSettings settings, NodeView node, ActorRef<SessionClient.Command> client, ActorRef<Listening> parent) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Gateway(context, timers, settings, node, client, parent)));
    }

    private Gateway(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            EtcdSettings settings,
            NodeView node,
            ActorRef<SessionClient.Command> client,
            ActorRef<Listening> parent) {
        super(context);
        this.timers = timers;
        this.parent = parent;
        ActorRef<CallBroker.Command> broker = context.spawn(CallBroker.create(client), "calls");
        var calls = new UnaryCalls(broker, settings);
        List<BindableService> services = List.of(new KvService(calls, node));
        var blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> start(settings, node, services), blocking),
                (started, failure) -> started == null ? new NotBound(failure) : new Bound(started));
    }

    private static EtcdServer start(EtcdSettings settings, NodeView node, List<BindableService> services) {
        try {
            return EtcdServer.start(settings, node, services);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Bound.class, this::onBound)
                .onMessage(NotBound.class, this::onNotBound)
                .onMessage(Leave.class, this::onLeave)
                .onMessage(DrainCheck.class, this::onDrainCheck)
                .onMessage(Drained.class, ignored -> onDrained())
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onBound(Bound bound) {
        server = Optional.of(bound.server());
        getContext()
                .getLog()
                .info("serving etcd clients on port {}", bound.server().port());
        parent.tell(new Listening(bound.server().port()));
        return this;
    }

    private Behavior<Command> onNotBound(NotBound notBound) {
        getContext().getLog().error("{}", notBound.cause().getMessage());
        return Behaviors.stopped();
    }

    private Behavior<Command> onLeave(Leave leave) {
        leaving = Optional.of(leave.replyTo());
        server.ifPresent(EtcdServer::shutdown);
        getContext().getSelf().tell(new DrainCheck(DRAIN_STEPS_MAX));
        return this;
    }

    private Behavior<Command> onDrainCheck(DrainCheck check) {
        if (check.left() == 0 || server.map(EtcdServer::isTerminated).orElse(true)) {
            getContext().getSelf().tell(new Drained());
        } else {
            timers.startSingleTimer(new DrainCheck(check.left() - 1), DRAIN_STEP);
        }
        return this;
    }

    private Behavior<Command> onDrained() {
        leaving.ifPresent(replyTo -> replyTo.tell(Done.getInstance()));
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        server.ifPresent(EtcdServer::shutdownNow);
        return this;
    }
}
