package io.troupe.bench.journal;

import java.util.concurrent.atomic.LongAdder;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;

/** A persistent actor that persists the next event as soon as the last one is durable. */
final class EventWriter extends EventSourcedBehavior<EventWriter.PersistNext, byte[], Long> {

    enum PersistNext {
        INSTANCE
    }

    private final ActorRef<PersistNext> self;
    private final byte[] event;
    private final LongAdder acknowledged;

    private EventWriter(String id, ActorRef<PersistNext> self, int eventBytes, LongAdder acknowledged) {
        super(PersistenceId.ofUniqueId(id));
        this.self = self;
        this.event = new byte[eventBytes];
        this.acknowledged = acknowledged;
    }

    static Behavior<PersistNext> create(String id, int eventBytes, LongAdder acknowledged) {
        return Behaviors.setup(context -> new EventWriter(id, context.getSelf(), eventBytes, acknowledged));
    }

    @Override
    public Long emptyState() {
        return 0L;
    }

    @Override
    public CommandHandler<PersistNext, byte[], Long> commandHandler() {
        return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onPersistNext);
    }

    private Effect<byte[], Long> onPersistNext() {
        return Effect().persist(event).thenRun(count -> {
            acknowledged.increment();
            self.tell(PersistNext.INSTANCE);
        });
    }

    @Override
    public EventHandler<Long, byte[]> eventHandler() {
        return newEventHandlerBuilder().forAnyState().onAnyEvent((count, persisted) -> count + 1);
    }
}
