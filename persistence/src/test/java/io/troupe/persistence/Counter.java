package io.troupe.persistence;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.RetentionCriteria;

/** The smallest persistent actor: counts, keeps snapshots, deletes the events before them. */
public final class Counter extends EventSourcedBehavior<Counter.Command, String, Long> {

    public sealed interface Command permits Increment, Get {}

    public record Increment(ActorRef<Long> replyTo) implements Command {}

    public record Get(ActorRef<Long> replyTo) implements Command {}

    private final String journal;
    private final String snapshots;

    private Counter(PersistenceId id, String journal, String snapshots) {
        super(id);
        this.journal = journal;
        this.snapshots = snapshots;
    }

    /** On the default plugins. */
    public static Behavior<Command> create(String id) {
        return create(id, "", "");
    }

    /** On the plugins that are configured at these paths. */
    public static Behavior<Command> create(String id, String journal, String snapshots) {
        return new Counter(PersistenceId.ofUniqueId(id), journal, snapshots);
    }

    @Override
    public String journalPluginId() {
        return journal;
    }

    @Override
    public String snapshotPluginId() {
        return snapshots;
    }

    /** An actor system with nothing but the plugins. */
    public static Config config(Path directory) {
        return ConfigFactory.parseString(
                        """
                        pekko.persistence.journal.plugin = "troupe.persistence.journal"
                        pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
                        troupe.persistence.journal.dir = "%s/journal"
                        troupe.persistence.snapshot-store.dir = "%s/snapshots"
                        pekko.loglevel = WARNING
                        """
                                .formatted(directory, directory))
                .withFallback(ConfigFactory.load());
    }

    @Override
    public Long emptyState() {
        return 0L;
    }

    @Override
    public CommandHandler<Command, String, Long> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(
                        Increment.class,
                        increment -> Effect().persist("incremented").thenReply(increment.replyTo(), count -> count))
                .onCommand(Get.class, (count, get) -> Effect().reply(get.replyTo(), count))
                .build();
    }

    @Override
    public EventHandler<Long, String> eventHandler() {
        return newEventHandlerBuilder().forAnyState().onAnyEvent((count, event) -> count + 1);
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return RetentionCriteria.snapshotEvery(50, 2).withDeleteEventsOnSnapshot();
    }
}
