package io.troupe.replication.sensing;

import io.troupe.replication.SessionClient;
import io.troupe.replication.Signatures;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * One replica's sensor as a client of the service (Schneider 1990, §5.1): looks at the sensor every period, and has the log
 * order what it said. One report is under way at a time; which round it is for, the answer to the last one told.
 */
public final class Sampler extends AbstractBehavior<Sampler.Command> {

    public sealed interface Command permits Sampled, WrappedOutcome, Tick {}

    /** What a sensor is asked: tell {@code replyTo} what it is now. */
    public record Sense(ActorRef<Sampled> replyTo) {}

    /** What it says. */
    public record Sampled(Interval sample) implements Command {}

    private record WrappedOutcome(SessionClient.Outcome outcome) implements Command {}

    private enum Tick implements Command {
        TICK
    }

    private static final long UNKNOWN_ROUND = 0;

    private final String quantity;
    private final String node;
    private final Signatures signatures;
    private final ActorRef<? super Sense> sensor;
    private final ActorRef<? super SessionClient.Submit> client;
    private final Duration period;
    private final ActorRef<SessionClient.Outcome> outcomes;
    private long round = UNKNOWN_ROUND;
    private boolean isReporting;

    /**
     * @param quantity as of the {@link SensingMachine}
     * @param node stable id of this one
     * @param client of this node's replica
     * @param period between samples; also how long a report may take
     */
    public static Behavior<Command> create(
            String quantity,
            String node,
            Signatures signatures,
            ActorRef<? super Sense> sensor,
            ActorRef<? super SessionClient.Submit> client,
            Duration period) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new Sampler(context, timers, quantity, node, signatures, sensor, client, period)));
    }

    private Sampler(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String quantity,
            String node,
            Signatures signatures,
            ActorRef<? super Sense> sensor,
            ActorRef<? super SessionClient.Submit> client,
            Duration period) {
        super(context);
        this.quantity = quantity;
        this.node = node;
        this.signatures = signatures;
        this.sensor = sensor;
        this.client = client;
        this.period = period;
        this.outcomes = context.messageAdapter(SessionClient.Outcome.class, WrappedOutcome::new);
        timers.startTimerAtFixedRate(Tick.TICK, Tick.TICK, period);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessageEquals(Tick.TICK, this::onTick)
                .onMessage(Sampled.class, this::onSampled)
                .onMessage(WrappedOutcome.class, this::onOutcome)
                .build();
    }

    private Behavior<Command> onTick() {
        if (!isReporting) {
            sensor.tell(new Sense(getContext().getSelf().narrow()));
        }
        return this;
    }

    private Behavior<Command> onSampled(Sampled sampled) {
        if (!isReporting) {
            isReporting = true;
            Report report = Report.signed(quantity, node, round, sampled.sample(), signatures);
            client.tell(new SessionClient.Submit(0, SensingMachine.report(report), period, outcomes));
        }
        return this;
    }

    private Behavior<Command> onOutcome(WrappedOutcome wrapped) {
        isReporting = false;
        if (wrapped.outcome() instanceof SessionClient.Succeeded succeeded) {
            round = SensingMachine.round(succeeded.result());
        }
        return this;
    }
}
