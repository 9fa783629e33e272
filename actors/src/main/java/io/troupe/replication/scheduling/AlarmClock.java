package io.troupe.replication.scheduling;

import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Submits what one replica's {@link SchedulingMachine} has scheduled when its time has come by this node's clock, and again
 * until this replica has seen it executed or called off.
 *
 * <p>Transitions of a number: none → set, when the machine schedules it, or has it in a state that is new here; set → ringing,
 * when its delay has passed; set, ringing → none, when it is cleared. A clock that starts anew with its node counts anew, for
 * how long the node was away it cannot know: it is late by what has passed, and never early.
 */
public final class AlarmClock extends AbstractBehavior<AlarmClock.Command> {

    public sealed interface Command permits Connect, Set, Clear, Restore, Ring {}

    /**
     * What rings goes through this client.
     *
     * @param client of this node's replica
     */
    public record Connect(ActorRef<? super SessionClient.Submit> client) implements Command {}

    record Set(Agenda.Entry entry) implements Command {}

    /** It has come, or was called off. */
    record Clear(long number) implements Command {}

    /** The replica's state was replaced: these are all. */
    record Restore(List<Agenda.Entry> entries) implements Command {}

    private record Ring(long number) implements Command {}

    private final TimerScheduler<Command> timers;
    private final Duration again;
    private final TreeSet<Long> pending = new TreeSet<>();
    private Optional<ActorRef<? super SessionClient.Submit>> client = Optional.empty();

    /** @param again the pause before what is not seen executed is submitted again; also how long one try may take */
    public static Behavior<Command> create(Duration again) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> new AlarmClock(context, timers, again)));
    }

    private AlarmClock(ActorContext<Command> context, TimerScheduler<Command> timers, Duration again) {
        super(context);
        this.timers = timers;
        this.again = again;
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Connect.class, this::onConnect)
                .onMessage(Set.class, this::onSet)
                .onMessage(Clear.class, this::onClear)
                .onMessage(Restore.class, this::onRestore)
                .onMessage(Ring.class, this::onRing)
                .build();
    }

    private Behavior<Command> onConnect(Connect connect) {
        client = Optional.of(connect.client());
        return this;
    }

    private Behavior<Command> onSet(Set set) {
        set(set.entry());
        return this;
    }

    private void set(Agenda.Entry entry) {
        if (pending.add(entry.number())) {
            ringIn(entry.number(), Duration.ofMillis(entry.delayMillis()));
        }
    }

    private void ringIn(long number, Duration delay) {
        timers.startSingleTimer(number, new Ring(number), delay);
    }

    private Behavior<Command> onClear(Clear clear) {
        clear(clear.number());
        return this;
    }

    private void clear(long number) {
        pending.remove(number);
        timers.cancel(number);
    }

    /** What was pending before and still is goes on: a replica that is often given a state must be able to ring. */
    private Behavior<Command> onRestore(Restore restore) {
        var restored = restore.entries().stream().map(Agenda.Entry::number).collect(Collectors.toSet());
        List.copyOf(pending).stream()
                .filter(number -> !restored.contains(number))
                .forEach(this::clear);
        restore.entries().forEach(this::set);
        return this;
    }

    private Behavior<Command> onRing(Ring ring) {
        client.ifPresent(through -> submit(through, ring.number()));
        ringIn(ring.number(), again);
        return this;
    }

    /** What became of it the machine tells, not the answer. */
    private void submit(ActorRef<? super SessionClient.Submit> through, long number) {
        through.tell(new SessionClient.Submit(
                SchedulingMachine.due(number), again, getContext().getSystem().ignoreRef()));
    }
}
