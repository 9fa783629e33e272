package io.troupe.persistence.replicated.sim;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * A counter that remembers every increment by name, in their order, and tells the {@link Ledger} what it believes. A
 * snapshot every eight events, of which the last is kept, and no events before it.
 */
final class MovingCounter extends EventSourcedBehavior<MovingCounter.Increment, String, String> {

    /** @param name of this increment alone; without commas */
    record Increment(String name) implements Serializable {}

    private static final String PADDING = "/" + "x".repeat(200);

    private static final String AGAIN = "again";
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String where;
    private final Ledger ledger;
    private final int known;

    private MovingCounter(String where, Ledger ledger) {
        super(PersistenceId.ofUniqueId("counter"));
        this.where = where;
        this.ledger = ledger;
        this.known = ledger.last();
    }

    /** The counter, and after each that stopped another. */
    static Behavior<Increment> create(String where, Ledger ledger) {
        return Behaviors.setup(context -> {
            ActorRef<Increment> counter = context.spawnAnonymous(new MovingCounter(where, ledger));
            context.watch(counter);
            return Behaviors.receive(Increment.class)
                    .onMessage(Increment.class, increment -> {
                        counter.tell(increment);
                        return Behaviors.same();
                    })
                    .onSignal(
                            Terminated.class,
                            ended -> Behaviors.withTimers(timers -> {
                                timers.startSingleTimer(new Increment(AGAIN), PAUSE);
                                return Behaviors.receive(Increment.class)
                                        .onMessage(
                                                Increment.class,
                                                increment -> increment.name().equals(AGAIN),
                                                again -> create(where, ledger))
                                        .onAnyMessage(lost -> Behaviors.same())
                                        .build();
                            }))
                    .build();
        });
    }

    @Override
    public String journalPluginId() {
        return "troupe.persistence.replicated-journal";
    }

    @Override
    public String snapshotPluginId() {
        return "troupe.persistence.replicated-snapshot-store";
    }

    /** @param state names joined by commas */
    private static List<String> increments(String state) {
        return state.isEmpty() ? List.of() : List.of(state.split(",", -1));
    }

    @Override
    public String emptyState() {
        return "";
    }

    @Override
    public CommandHandler<Increment, String, String> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Increment.class, (state, increment) -> Effect()
                        .persist(increment.name() + PADDING)
                        .thenRun(after -> ledger.acknowledged(where, increments(after))))
                .build();
    }

    @Override
    public EventHandler<String, String> eventHandler() {
        return newEventHandlerBuilder().forAnyState().onAnyEvent((state, event) -> {
            List<String> after = new ArrayList<>(increments(state));
            after.add(event.substring(0, event.indexOf('/')));
            return String.join(",", after);
        });
    }

    @Override
    public SignalHandler<String> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(
                        RecoveryCompleted.class,
                        (state, completed) -> ledger.recovered(where, increments(state), known))
                .build();
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(8, 1).withDeleteEventsOnSnapshot();
    }
}
