package io.troupe.etcd;

import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Waits until this node's store is as new as the group's was when it asked. A replica that has recovered knows its log, and
 * not yet how much of it is committed: its store is that of its last snapshot. Who was served from there would read what is
 * long past, and a watch from now on would be told of old changes, or that they are compacted. etcd as well serves clients
 * only when its member has had a request of its own committed (etcdserver's {@code ReadyNotify}).
 *
 * <p>Transitions: asking → asking again, while nobody answers; asking → following, with the group's revision; following →
 * stopped, when the store has reached it.
 */
final class CatchUp extends AbstractBehavior<CatchUp.Command> {

    sealed interface Command permits Ended, Ask, Look {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private enum Ask implements Command {
        ASK
    }

    private record Look(long revision) implements Command {}

    /** The parent is told once. */
    enum Done {
        DONE
    }

    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMillis(100);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(10);

    private final TimerScheduler<Command> timers;
    private final ActorRef<SessionClient.Command> session;
    private final LongSupplier reached;
    private final ActorRef<Done> parent;
    private final SessionCalls calls;

    /** @param reached the revision of this node's store */
    static Behavior<Command> create(
            ActorRef<SessionClient.Command> session, LongSupplier reached, ActorRef<Done> parent) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new CatchUp(context, timers, session, reached, parent)));
    }

    private CatchUp(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<SessionClient.Command> session,
            LongSupplier reached,
            ActorRef<Done> parent) {
        super(context);
        this.timers = timers;
        this.session = session;
        this.reached = reached;
        this.parent = parent;
        this.calls = new SessionCalls(context.messageAdapter(SessionClient.Outcome.class, Ended::new));
        ask();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Ended.class, this::onEnded)
                .onMessage(Look.class, look -> onLook(look.revision()))
                .onMessage(Ask.class, ignored -> ask())
                .build();
    }

    private Behavior<Command> ask() {
        calls.read(session, Queries.status(), ReadConsistency.LINEARIZABLE, DEADLINE, this::onAnswer);
        return this;
    }

    private Behavior<Command> onEnded(Ended ended) {
        calls.ended(ended.outcome());
        return this;
    }

    private void onAnswer(SessionClient.Outcome outcome) {
        if (SessionCalls.answer(outcome) instanceof Result.Ok ok) {
            // Where an engine has another replica answer, this one may be behind that.
            getContext()
                    .getSelf()
                    .tell(new Look(Queries.StoreStatus.parse(ok.body()).revision()));
        } else {
            timers.startSingleTimer(Ask.ASK, ASK_AGAIN_AFTER);
        }
    }

    private Behavior<Command> onLook(long revision) {
        if (reached.getAsLong() < revision) {
            timers.startSingleTimer(new Look(revision), LOOK_AGAIN_AFTER);
            return this;
        }
        parent.tell(Done.DONE);
        return Behaviors.stopped();
    }
}
