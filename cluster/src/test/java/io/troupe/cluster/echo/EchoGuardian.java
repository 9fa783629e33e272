package io.troupe.cluster.echo;

import io.troupe.cluster.Endpoint;
import io.troupe.cluster.SystemGuardian;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * The echo system on one node. Transitions: binding → serving, when the port is bound; serving →
 * leaving, when the node leaves.
 */
final class EchoGuardian extends AbstractBehavior<SystemGuardian.Command> {

    private final Endpoint endpoint;
    private final CompletableFuture<Tcp.ServerBinding> binding;
    private boolean leaving;

    static Behavior<SystemGuardian.Command> create(Endpoint endpoint) {
        return Behaviors.setup(context -> new EchoGuardian(context, endpoint));
    }

    private EchoGuardian(ActorContext<SystemGuardian.Command> context, Endpoint endpoint) {
        super(context);
        this.endpoint = endpoint;
        this.binding = Tcp.get(context.getSystem())
                .bind(endpoint.host(), endpoint.port())
                .toMat(
                        Sink.foreach(
                                connection -> connection.handleWith(Flow.of(ByteString.class), context.getSystem())),
                        Keep.left())
                .run(context.getSystem())
                .toCompletableFuture();
    }

    @Override
    public Receive<SystemGuardian.Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(SystemGuardian.GetHealth.class, this::onGetHealth)
                .onMessage(SystemGuardian.Leave.class, this::onLeave)
                .build();
    }

    private Behavior<SystemGuardian.Command> onGetHealth(SystemGuardian.GetHealth get) {
        boolean bound = binding.isDone() && !binding.isCompletedExceptionally();
        String detail = leaving ? "leaving" : bound ? "echoing" : "binding";
        get.replyTo().tell(new SystemGuardian.Health(bound && !leaving, detail, List.of(endpoint)));
        return this;
    }

    private Behavior<SystemGuardian.Command> onLeave(SystemGuardian.Leave leave) {
        leaving = true;
        getContext().getLog().info("echo is leaving");
        Optional.ofNullable(binding.getNow(null)).ifPresent(bound -> bound.unbind());
        leave.replyTo().tell(Done.getInstance());
        return this;
    }
}
