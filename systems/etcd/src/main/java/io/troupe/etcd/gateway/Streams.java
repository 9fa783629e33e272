package io.troupe.etcd.gateway;

import java.time.Duration;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The sessions of one streaming call, a child actor a client stream. A session that fails ends its stream and no
 * other; when this actor stops, all of them end. Streams whose clients asked for a leader end when there has been
 * none for long: opening a stream again costs much more than a refused call, so etcd waits three election timeouts.
 *
 * @param <C> what a session understands
 */
final class Streams<C> extends AbstractBehavior<Streams.Command<C>> {

    sealed interface Command<C> permits Opened, Deliver, Ended, LeaderKnown, LeaderLost {}

    record Opened<C>(long streamId, Behavior<C> session, boolean leaderRequired) implements Command<C> {}

    record Deliver<C>(long streamId, C message) implements Command<C> {}

    record Ended<C>(long streamId) implements Command<C> {}

    /** Whether the node knows a leader now. */
    record LeaderKnown<C>(boolean known) implements Command<C> {}

    record LeaderLost<C>() implements Command<C> {}

    private static final String LEADER_TIMER = "leader";

    private final TreeMap<Long, ActorRef<C>> sessions = new TreeMap<>();
    private final TreeSet<Long> leaderRequired = new TreeSet<>();
    private final TimerScheduler<Command<C>> timers;
    private final Admission admission;
    private final C leaderLost;
    private final Duration leaderPatience;

    /**
     * @param admission left once for each stream that ends
     * @param leaderLost ends a session whose client asked for a leader
     * @param leaderPatience how long no leader may be known before
     */
    static <C> Behavior<Command<C>> create(Admission admission, C leaderLost, Duration leaderPatience) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Streams<>(context, timers, admission, leaderLost, leaderPatience)));
    }

    private Streams(
            ActorContext<Command<C>> context,
            TimerScheduler<Command<C>> timers,
            Admission admission,
            C leaderLost,
            Duration leaderPatience) {
        super(context);
        this.timers = timers;
        this.admission = admission;
        this.leaderLost = leaderLost;
        this.leaderPatience = leaderPatience;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Receive<Command<C>> createReceive() {
        return newReceiveBuilder()
                .onMessage(Opened.class, opened -> onOpened((Opened<C>) opened))
                .onMessage(Deliver.class, deliver -> onDeliver((Deliver<C>) deliver))
                .onMessage(Ended.class, ended -> onEnded((Ended<C>) ended))
                .onMessage(LeaderKnown.class, leader -> onLeaderKnown(((LeaderKnown<C>) leader).known()))
                .onMessage(LeaderLost.class, ignored -> onLeaderLost())
                .build();
    }

    private Behavior<Command<C>> onOpened(Opened<C> opened) {
        ActorRef<C> session = getContext().spawn(opened.session(), "stream-" + opened.streamId());
        getContext().watchWith(session, new Ended<>(opened.streamId()));
        sessions.put(opened.streamId(), session);
        if (opened.leaderRequired()) {
            leaderRequired.add(opened.streamId());
        }
        return this;
    }

    private Behavior<Command<C>> onLeaderKnown(boolean known) {
        if (known) {
            timers.cancel(LEADER_TIMER);
        } else if (!timers.isTimerActive(LEADER_TIMER)) {
            timers.startSingleTimer(LEADER_TIMER, new LeaderLost<>(), leaderPatience);
        }
        return this;
    }

    private Behavior<Command<C>> onLeaderLost() {
        leaderRequired.forEach(streamId -> onDeliver(new Deliver<>(streamId, leaderLost)));
        leaderRequired.clear();
        return this;
    }

    private Behavior<Command<C>> onDeliver(Deliver<C> deliver) {
        ActorRef<C> session = sessions.get(deliver.streamId());
        if (session != null) {
            session.tell(deliver.message());
        }
        return this;
    }

    private Behavior<Command<C>> onEnded(Ended<C> ended) {
        sessions.remove(ended.streamId());
        leaderRequired.remove(ended.streamId());
        admission.leave();
        return this;
    }
}
