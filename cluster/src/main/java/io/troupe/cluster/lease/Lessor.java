package io.troupe.cluster.lease;

import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Counts, on every node, the time since each lease was renewed, as this node saw it applied; where the replica leads, has
 * those freed that have run out. That two nodes believe to lead does no harm: what is proposed names the renewal it counts
 * from.
 */
final class Lessor extends AbstractBehavior<Lessor.Command> {

    sealed interface Command permits Changed, Led, Ended, Tick {}

    /** These leases are so now. */
    record Changed(Map<String, LeaseRecord> leases) implements Command {}

    /** Whether the replica on this node leads. */
    record Led(boolean leads) implements Command {}

    private record Ended(SessionClient.Outcome outcome) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    /** What is proposed is worth that long; then it is proposed again. */
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private record Seen(LeaseRecord lease, long sinceNanos) {}

    private final LongSupplier nanoClock;
    private final ActorRef<SessionClient.Command> client;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private final TreeMap<String, Seen> held = new TreeMap<>();
    /** By the id of their request, names of leases that are being freed. */
    private final TreeMap<Long, String> expiring = new TreeMap<>();

    private long nextId = 1;
    private boolean leads;

    /** @param nanoClock monotonic, in nanoseconds from any origin */
    static Behavior<Command> create(
            ActorRef<SessionClient.Command> client, Duration checkInterval, LongSupplier nanoClock) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Lessor(context, timers, client, checkInterval, nanoClock)));
    }

    private Lessor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ActorRef<SessionClient.Command> client,
            Duration checkInterval,
            LongSupplier nanoClock) {
        super(context);
        this.client = client;
        this.nanoClock = nanoClock;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, Ended::new);
        timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, checkInterval);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Changed.class, this::onChanged)
                .onMessage(Led.class, this::onLed)
                .onMessage(Ended.class, this::onEnded)
                .onMessageEquals(Tick.TICK, this::onTick)
                .build();
    }

    private Behavior<Command> onChanged(Changed changed) {
        long now = nanoClock.getAsLong();
        changed.leases().forEach((name, lease) -> {
            if (lease.holder().isPresent()) {
                held.put(name, new Seen(lease, now));
            } else {
                held.remove(name);
            }
        });
        return this;
    }

    private Behavior<Command> onLed(Led led) {
        leads = led.leads();
        return this;
    }

    private Behavior<Command> onTick() {
        long now = nanoClock.getAsLong();
        held.forEach((name, seen) -> {
            if (leads && hasRunOut(seen, now) && !expiring.containsValue(name)) {
                expire(name, seen.lease());
            }
        });
        return this;
    }

    private static boolean hasRunOut(Seen seen, long now) {
        long ttlMillis = seen.lease().holder().orElseThrow().ttlMillis();
        return TimeUnit.NANOSECONDS.toMillis(now - seen.sinceNanos()) >= ttlMillis;
    }

    private void expire(String name, LeaseRecord lease) {
        LeaseRecord.Holder holder = lease.holder().orElseThrow();
        getContext()
                .getLog()
                .info("Lease {} of {} has not been renewed for {} ms", name, holder.owner(), holder.ttlMillis());
        var command = new LeaseCommand.Expire(name, lease.epoch(), holder.renewedAt());
        expiring.put(nextId, name);
        client.tell(new SessionClient.Submit(nextId++, command.toBytes(), DEADLINE, outcomes));
    }

    /** One that did not get through is due at the next tick. */
    private Behavior<Command> onEnded(Ended ended) {
        expiring.remove(ended.outcome().id());
        return this;
    }

    static boolean leads(Replica.Status status) {
        return status.role() == Replica.Role.LEADER;
    }
}
