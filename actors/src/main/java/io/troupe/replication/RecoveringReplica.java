package io.troupe.replication;

import java.time.Duration;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * The first part of a replica's life, whatever its engine: it reads its log, then restores its state, and what it is told
 * meanwhile is kept. When it runs, its peers are sought, and its host is told.
 */
public final class RecoveringReplica {

    /** Time, as the engine's settings count it. */
    public enum Tick implements Replica.Message {
        TICK
    }

    private final ActorContext<Replica.Message> context;
    private final TimerScheduler<Replica.Message> timers;
    private final StashBuffer<Replica.Message> stash;
    private final Engine.Seat seat;
    private final LongSupplier nanoClock;

    /**
     * @param nanoClock of the node, monotonic: {@link Tick}s are counted by it
     * @param stashedMax messages kept; beyond that a request is told that the replica is overloaded
     * @param begin says what is {@link #await awaited} first
     */
    public static Behavior<Replica.Message> create(
            Engine.Seat seat,
            LongSupplier nanoClock,
            int stashedMax,
            Function<RecoveringReplica, Behavior<Replica.Message>> begin) {
        return Behaviors.withStash(
                stashedMax,
                stash -> Behaviors.setup(context -> Behaviors.withTimers(
                        timers -> begin.apply(new RecoveringReplica(context, timers, stash, seat, nanoClock)))));
    }

    private RecoveringReplica(
            ActorContext<Replica.Message> context,
            TimerScheduler<Replica.Message> timers,
            StashBuffer<Replica.Message> stash,
            Engine.Seat seat,
            LongSupplier nanoClock) {
        this.context = context;
        this.timers = timers;
        this.stash = stash;
        this.seat = seat;
        this.nanoClock = nanoClock;
    }

    public ActorContext<Replica.Message> context() {
        return context;
    }

    /** Goes on with {@code then} when the answer comes. */
    public <M extends Replica.Message> Behavior<Replica.Message> await(
            Class<M> answer, Function<M, Behavior<Replica.Message>> then) {
        return Behaviors.receive(Replica.Message.class)
                .onMessage(answer, then::apply)
                .onAnyMessage(message -> {
                    keep(message);
                    return Behaviors.same();
                })
                .build();
    }

    private void keep(Replica.Message message) {
        if (!stash.isFull()) {
            stash.stash(message);
        } else if (message instanceof Replica.Request request) {
            Rejections.reject(request, Replica.Reason.OVERLOADED, "the replica recovers, and its stash is full");
        } // Else a peer's message, which is repeated in time.
    }

    /** The replica has recovered, and is told {@link Tick} from now on. */
    public Behavior<Replica.Message> run(SortedSet<String> peers, Duration tick, Behavior<Replica.Message> running) {
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, tick);
        ActorRef<Replica.Message> self = context.getSelf();
        var pulse = new Pulse(self, nanoClock, tick);
        seat.directory().tell(new PeerDirectory.Join(seat.group(), peers, self, self.narrow()));
        seat.hosted().tell(new Groups.Hosted(seat.group(), self.narrow()));
        return stash.unstashAll(Behaviors.intercept(() -> pulse, running));
    }
}
