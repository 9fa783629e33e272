package io.troupe.cluster.mover;

import io.troupe.wire.Wire;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** A cluster singleton that remembers every increment by name, in the replicated journal. */
final class Counter extends EventSourcedBehavior<Counter.Increment, String, String> {

    /** @param name without commas and spaces */
    record Increment(String name, ActorRef<Counted> replyTo) implements Wire {}

    /**
     * @param node where the counter is now
     * @param names of all increments, in their order, joined by commas
     */
    record Counted(String node, String names) implements Wire {}

    private final String node;

    Counter(String node) {
        super(
                PersistenceId.ofUniqueId("counter"),
                SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(2), 0.2));
        this.node = node;
    }

    @Override
    public String journalPluginId() {
        return "troupe.persistence.replicated-journal";
    }

    @Override
    public String snapshotPluginId() {
        return "troupe.persistence.replicated-snapshot-store";
    }

    @Override
    public String emptyState() {
        return "";
    }

    @Override
    public CommandHandler<Increment, String, String> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Increment.class, (names, increment) -> Effect()
                        .persist(increment.name())
                        .thenReply(increment.replyTo(), after -> new Counted(node, after)))
                .build();
    }

    @Override
    public EventHandler<String, String> eventHandler() {
        return newEventHandlerBuilder()
                .forAnyState()
                .onAnyEvent((names, name) -> names.isEmpty() ? name : names + "," + name);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(20, 1).withDeleteEventsOnSnapshot();
    }
}
