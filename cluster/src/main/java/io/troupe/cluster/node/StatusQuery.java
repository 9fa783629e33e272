package io.troupe.cluster.node;

import io.troupe.cluster.SystemGuardian;
import io.troupe.cluster.TroupeSystem;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.jspecify.annotations.Nullable;

/** Asks everything hosted on the node how it is, once, and answers with what came within the timeout. */
final class StatusQuery extends AbstractBehavior<StatusQuery.Command> {

    private static final Duration TIMEOUT = Duration.ofMillis(1_500);

    sealed interface Command permits WrappedHealth, WrappedStatuses, TimedOut {}

    private record WrappedHealth(TroupeSystem system, SystemGuardian.Health health) implements Command {}

    private record WrappedStatuses(Groups.Statuses statuses) implements Command {}

    private record TimedOut() implements Command {}

    /**
     * @param hosting whether the node hosts anything yet
     * @param health by system; a system that did not answer in time is missing
     */
    record Collected(boolean hosting, Map<String, SystemGuardian.Health> health, List<Replica.Status> groups) {}

    private final ActorRef<Collected> replyTo;
    private final boolean hosting;
    private final Map<String, SystemGuardian.Health> health = new TreeMap<>();
    private final List<Replica.Status> statuses = new ArrayList<>();
    private int missing;

    static Behavior<Command> create(
            Map<TroupeSystem, ActorRef<SystemGuardian.Command>> systems,
            @Nullable ActorRef<Groups.Command> groups,
            ActorRef<Collected> replyTo) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startSingleTimer(new TimedOut(), TIMEOUT);
            return new StatusQuery(context, systems, groups, replyTo).orDone();
        }));
    }

    private StatusQuery(
            ActorContext<Command> context,
            Map<TroupeSystem, ActorRef<SystemGuardian.Command>> systems,
            @Nullable ActorRef<Groups.Command> groups,
            ActorRef<Collected> replyTo) {
        super(context);
        this.replyTo = replyTo;
        this.hosting = groups != null;
        systems.forEach((system, guardian) -> {
            missing++;
            context.ask(
                    SystemGuardian.Health.class,
                    guardian,
                    TIMEOUT,
                    SystemGuardian.GetHealth::new,
                    (answer, late) -> answer == null ? new TimedOut() : new WrappedHealth(system, answer));
        });
        if (groups != null) {
            missing++;
            groups.tell(new Groups.ListStatus(context.messageAdapter(Groups.Statuses.class, WrappedStatuses::new)));
        }
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(WrappedHealth.class, this::onHealth)
                .onMessage(WrappedStatuses.class, this::onStatuses)
                .onMessage(TimedOut.class, timedOut -> answer())
                .build();
    }

    private Behavior<Command> onHealth(WrappedHealth wrapped) {
        health.put(wrapped.system().name(), wrapped.health());
        missing--;
        return orDone();
    }

    private Behavior<Command> onStatuses(WrappedStatuses wrapped) {
        statuses.addAll(wrapped.statuses().groups());
        statuses.sort(Comparator.comparing(Replica.Status::group));
        missing--;
        return orDone();
    }

    private Behavior<Command> orDone() {
        return missing == 0 ? answer() : this;
    }

    private Behavior<Command> answer() {
        replyTo.tell(new Collected(hosting, Map.copyOf(health), List.copyOf(statuses)));
        return Behaviors.stopped();
    }
}
