package io.troupe.replication;

import io.troupe.replication.RecoveringReplica.Tick;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;

/**
 * Keeps a replica's time by its node's clock. A timer is late each time it fires, Pekko's up to two ticks of its scheduler,
 * 20 ms: a timeout of twenty ticks of 50 ms would last 1.2 s. When a whole tick has been lost like that, the replica is
 * told one more.
 */
final class Pulse extends BehaviorInterceptor<Replica.Message, Replica.Message> {

    /** The time that is lost from tick to tick. */
    static final class Lateness {
        private final long tickNanos;
        private long lastNanos;
        private long lostNanos;

        Lateness(Duration tick, long nowNanos) {
            this.tickNanos = tick.toNanos();
            this.lastNanos = nowNanos;
        }

        /**
         * Once for each time the timer fires. Two ticks and more are not lateness but a pause of the process, and not made up
         * for: it shall hear its peers before its patience with them ends.
         *
         * @return whether a whole tick has been lost, which is forgotten then
         */
        boolean isTickLost(long nowNanos) {
            long elapsed = nowNanos - lastNanos;
            lastNanos = nowNanos;
            lostNanos = elapsed < 2 * tickNanos ? Math.max(0, lostNanos + elapsed - tickNanos) : 0;
            boolean lost = lostNanos >= tickNanos;
            if (lost) {
                lostNanos -= tickNanos;
            }
            return lost;
        }
    }

    private final ActorRef<Replica.Message> self;
    private final LongSupplier nanoClock;
    private final Lateness lateness;
    private boolean oneMoreSent;

    /** @param nanoClock of the node, monotonic */
    Pulse(ActorRef<Replica.Message> self, LongSupplier nanoClock, Duration tick) {
        super(Replica.Message.class);
        this.self = self;
        this.nanoClock = nanoClock;
        this.lateness = new Lateness(tick, nanoClock.getAsLong());
    }

    @Override
    public Behavior<Replica.Message> aroundReceive(
            TypedActorContext<Replica.Message> context,
            Replica.Message message,
            ReceiveTarget<Replica.Message> target) {
        if (message == Tick.TICK) {
            oneMoreSent = !oneMoreSent && lateness.isTickLost(nanoClock.getAsLong());
            if (oneMoreSent) {
                self.tell(Tick.TICK);
            }
        }
        return target.apply(context, message);
    }
}
