package io.troupe.replication.scheduling;

import io.troupe.replication.SessionClient;
import io.troupe.sim.NodeContext;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * A client of the mutex: acquires, asks again while it waits, holds for a while, releases; and sometimes fails while it holds,
 * to come back as another when its grant has run out.
 */
final class Locker extends AbstractBehavior<Locker.Command> {

    /** What an observer, who knows all, hears of it. */
    interface Observer {
        /** It has sent its first request, or heard that when it sent {@code the last one} it was not its turn yet. */
        void notBefore(String client, Duration sentAt);

        /** It believes to hold. */
        void told(NodeContext node, String client, long grant);

        /** It believes so no more. */
        void releases(String client);

        Duration now();

        long highestGrant();
    }

    sealed interface Command permits Begin, Ask, Give, WrappedOutcome {}

    private enum Begin implements Command {
        BEGIN
    }

    private enum Ask implements Command {
        ASK
    }

    private enum Give implements Command {
        GIVE
    }

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private static final long ACQUIRE = 1;
    private static final long RELEASE = 2;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    private final NodeContext node;
    private final ActorRef<SessionClient.Command> session;
    private final Duration bound;
    private final Observer observer;
    private final RandomGenerator random;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private int round;
    private String name = "";
    private Duration sentAt = Duration.ZERO;
    private long grant;

    static Behavior<Command> create(
            NodeContext node, ActorRef<SessionClient.Command> session, Duration bound, Observer observer) {
        return Behaviors.setup(context -> new Locker(context, node, session, bound, observer));
    }

    private Locker(
            ActorContext<Command> context,
            NodeContext node,
            ActorRef<SessionClient.Command> session,
            Duration bound,
            Observer observer) {
        super(context);
        this.node = node;
        this.session = session;
        this.bound = bound;
        this.observer = observer;
        this.random = node.random("locker");
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        context.getSelf().tell(Begin.BEGIN);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Begin.BEGIN, this::onBegin)
                .onMessageEquals(Ask.ASK, this::onAsk)
                .onMessageEquals(Give.GIVE, this::onGive)
                .onMessage(WrappedOutcome.class, this::onOutcome)
                .build();
    }

    private Behavior<Command> onBegin() {
        name = node.name() + "-" + node.life() + "-" + ++round;
        observer.notBefore(name, observer.now());
        return onAsk();
    }

    private Behavior<Command> onAsk() {
        sentAt = observer.now();
        submit(ACQUIRE, new MutexRequest.Acquire(name));
        return this;
    }

    private Behavior<Command> onGive() {
        observer.releases(name);
        submit(RELEASE, new MutexRequest.Release(name, grant));
        return this;
    }

    private void submit(long id, MutexRequest request) {
        session.tell(new SessionClient.Submit(id, SchedulingMachine.command(request.encode()), DEADLINE, outcomes));
    }

    private Behavior<Command> onOutcome(WrappedOutcome wrapped) {
        if (wrapped.outcome().id() == RELEASE) {
            next(Begin.BEGIN, Duration.ofMillis(random.nextInt(100)));
        } else if (!(wrapped.outcome() instanceof SessionClient.Succeeded succeeded)) {
            next(Ask.ASK, PAUSE);
        } else if (MutexAnswer.decode(succeeded.result()) instanceof MutexAnswer.Held held) {
            onHeld(held);
        } else {
            observer.notBefore(name, sentAt);
            next(Ask.ASK, PAUSE);
        }
        return this;
    }

    private void onHeld(MutexAnswer.Held held) {
        grant = held.grant();
        observer.told(node, name, grant);
        if (random.nextInt(3) == 0) {
            next(Begin.BEGIN, bound.multipliedBy(2)); // It has failed: nothing is heard of it any more.
        } else {
            next(Give.GIVE, Duration.ofMillis(random.nextInt(300)));
        }
    }

    private void next(Command command, Duration pause) {
        getContext().scheduleOnce(pause, getContext().getSelf(), command);
    }
}
