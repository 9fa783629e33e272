package io.troupe.etcd.gateway;

import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * The sessions of one streaming call, a child actor a client stream. A session that fails ends its stream and no
 * other; when this actor stops, all of them end.
 *
 * @param <C> what a session understands
 */
final class Streams<C> extends AbstractBehavior<Streams.Command<C>> {

    sealed interface Command<C> permits Opened, Deliver, Ended {}

    record Opened<C>(long streamId, Behavior<C> session) implements Command<C> {}

    record Deliver<C>(long streamId, C message) implements Command<C> {}

    record Ended<C>(long streamId) implements Command<C> {}

    private final TreeMap<Long, ActorRef<C>> sessions = new TreeMap<>();
    private final Admission admission;

    /** @param admission left once for each stream that ends */
    static <C> Behavior<Command<C>> create(Admission admission) {
        return Behaviors.setup(context -> new Streams<>(context, admission));
    }

    private Streams(ActorContext<Command<C>> context, Admission admission) {
        super(context);
        this.admission = admission;
    }

    @Override
    @SuppressWarnings("unchecked")
    public Receive<Command<C>> createReceive() {
        return newReceiveBuilder()
                .onMessage(Opened.class, opened -> onOpened((Opened<C>) opened))
                .onMessage(Deliver.class, deliver -> onDeliver((Deliver<C>) deliver))
                .onMessage(Ended.class, ended -> onEnded((Ended<C>) ended))
                .build();
    }

    private Behavior<Command<C>> onOpened(Opened<C> opened) {
        ActorRef<C> session = getContext().spawn(opened.session(), "stream-" + opened.streamId());
        getContext().watchWith(session, new Ended<>(opened.streamId()));
        sessions.put(opened.streamId(), session);
        return this;
    }

    private Behavior<Command<C>> onDeliver(Deliver<C> deliver) {
        ActorRef<C> session = sessions.get(deliver.streamId());
        if (session != null) {
            session.tell(deliver.message());
        }
        return this;
    }

    private Behavior<Command<C>> onEnded(Ended<C> ended) {
        sessions.remove(ended.streamId());
        admission.leave();
        return this;
    }
}
