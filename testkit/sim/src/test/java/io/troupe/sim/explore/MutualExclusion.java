package io.troupe.sim.explore;

import io.troupe.sim.NodeContext;
import io.troupe.sim.Sent;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Mutual exclusion between two (Ricart and Agrawala, CACM 1981), who both want to go in once. */
final class MutualExclusion extends AbstractBehavior<MutualExclusion.Command> {

    sealed interface Command extends Sent permits Want, Request, Reply, Leave {}

    record Want() implements Command {}

    record Request(long time, String from) implements Command {}

    record Reply() implements Command {}

    record Leave() implements Command {}

    private enum Stage {
        OUT,
        WANTING,
        IN
    }

    private record State(Stage stage, long clock, long requestedAt, boolean isDeferring) {}

    private final NodeContext node;
    private final ActorRef<Command> peer;
    private final TimerScheduler<Command> timers;
    private final boolean defersWhileWanting;
    private State state = new State(Stage.OUT, 0, 0, false);

    /** @param defersWhileWanting whether the peer must wait when this node's request is older, as the paper has it */
    static Behavior<Command> create(NodeContext node, String peer, boolean defersWhileWanting) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new MutualExclusion(context, timers, node, peer, defersWhileWanting)));
    }

    private MutualExclusion(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            NodeContext node,
            String peer,
            boolean defersWhileWanting) {
        super(context);
        this.node = node;
        this.peer = node.peer(peer);
        this.timers = timers;
        this.defersWhileWanting = defersWhileWanting;
        become(state);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Want.class, this::onWant)
                .onMessage(Request.class, this::onRequest)
                .onMessage(Reply.class, this::onReply)
                .onMessage(Leave.class, this::onLeave)
                .build();
    }

    private Behavior<Command> onWant(Want want) {
        long now = state.clock() + 1;
        peer.tell(new Request(now, node.name()));
        return become(new State(Stage.WANTING, now, now, false));
    }

    private Behavior<Command> onRequest(Request request) {
        boolean isOlder = state.requestedAt() < request.time()
                || state.requestedAt() == request.time() && node.name().compareTo(request.from()) < 0;
        boolean defers = state.stage() == Stage.IN || state.stage() == Stage.WANTING && isOlder && defersWhileWanting;
        if (!defers) {
            peer.tell(new Reply());
        }
        long now = Math.max(state.clock(), request.time()) + 1;
        return become(new State(state.stage(), now, state.requestedAt(), defers));
    }

    private Behavior<Command> onReply(Reply reply) {
        timers.startSingleTimer(new Leave(), Duration.ofSeconds(1));
        return become(new State(Stage.IN, state.clock(), state.requestedAt(), state.isDeferring()));
    }

    private Behavior<Command> onLeave(Leave leave) {
        if (state.isDeferring()) {
            peer.tell(new Reply());
        }
        return become(new State(Stage.OUT, state.clock(), state.requestedAt(), false));
    }

    private Behavior<Command> become(State next) {
        state = next;
        node.state("stage", next.stage());
        node.state("rest", next);
        return this;
    }
}
