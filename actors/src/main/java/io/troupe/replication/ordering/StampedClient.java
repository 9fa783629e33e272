package io.troupe.replication.ordering;

import io.troupe.wire.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.util.ByteString;

/**
 * A client that makes its requests' identifiers by a clock (§3.2.1, §3.2.2) and sends them to all replicas; it makes a null
 * request when it has nothing to ask, so that what others ask becomes stable.
 */
public final class StampedClient extends AbstractBehavior<StampedClient.Message> {

    public sealed interface Message permits Submit, Inform, Executed, Heard, Tick {}

    public record Submit(ByteString command) implements Message {}

    /** Tells another client something, perhaps of what was asked for here. */
    public record Inform(ActorRef<? super Heard> other, ByteString what) implements Message {}

    /** From the first replica that has executed it, and from the others. */
    public record Executed(Uid uid) implements Message, Wire {}

    /** From another client, which has heard of this: what is asked from now on may be caused by it (O2). */
    public record Heard(long time, ByteString what) implements Message, Wire {}

    private enum Tick implements Message {
        TICK
    }

    private final String client;
    private final Clock clock;
    private final List<ActorRef<StampedReplica.Command>> replicas;
    private final Consumer<Message> seen;

    /**
     * @param client its stable id
     * @param nullRequests the pause between them; a request waits for about as long
     * @param seen is told what comes from replicas and other clients
     */
    public static Behavior<Message> create(
            String client,
            Clock clock,
            List<ActorRef<StampedReplica.Command>> replicas,
            Duration nullRequests,
            Consumer<Message> seen) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, nullRequests);
            return new StampedClient(context, client, clock, replicas, seen);
        }));
    }

    private StampedClient(
            ActorContext<Message> context,
            String client,
            Clock clock,
            List<ActorRef<StampedReplica.Command>> replicas,
            Consumer<Message> seen) {
        super(context);
        this.client = client;
        this.clock = clock;
        this.replicas = List.copyOf(replicas);
        this.seen = seen;
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Submit.class, submit -> send(Optional.of(submit.command())))
                .onMessage(Inform.class, this::onInform)
                .onMessage(Executed.class, executed -> witness(executed.uid().time(), executed))
                .onMessage(Heard.class, heard -> witness(heard.time(), heard))
                .onMessageEquals(Tick.TICK, () -> send(Optional.empty()))
                .build();
    }

    private Behavior<Message> send(Optional<ByteString> command) {
        var request = new StampedReplica.Deliver(
                new Uid(clock.tick(), client),
                command,
                false,
                getContext().getSelf().narrow());
        replicas.forEach(replica -> replica.tell(request));
        return this;
    }

    private Behavior<Message> onInform(Inform inform) {
        inform.other().tell(new Heard(clock.tick(), inform.what()));
        return this;
    }

    private Behavior<Message> witness(long time, Message message) {
        clock.witness(time);
        seen.accept(message);
        return this;
    }
}
