package io.troupe.etcd.watch;

import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Watches for an actor of the same node, one watch at a time: its parent is told what happens, and of no watch but the
 * last it asked for.
 *
 * <p>Transitions: idle → opening → watching → opening, at each {@link Watch}; any → ended, when the hub ends the watch.
 */
public final class KeyWatch extends AbstractBehavior<KeyWatch.Command> {

    public sealed interface Command permits Watch, WrappedHub {}

    /** From now on watch this, and nothing else. */
    public record Watch(WatchCreateRequest request) implements Command {}

    private record WrappedHub(WatchSession.Command command) implements Command {}

    public sealed interface Told permits Changes, Lost, Refused {}

    /** @param revision the store's when they were told */
    public record Changes(List<Event> events, long revision) implements Told {}

    /** The watch is over: what it began from has been compacted. The present can be looked at, and watched from. */
    public record Lost() implements Told {}

    /** The watch was not opened: the node has too many. To ask again at once would be a busy loop. */
    public record Refused() implements Told {}

    private static final long NONE = Long.MIN_VALUE;

    private final long streamId;
    private final ActorRef<WatchHub.Command> hub;
    private final ActorRef<Told> parent;
    private final ActorRef<WatchSession.Command> session;
    /** Watches asked for that the hub has not opened yet: it opens them in order, so the last is the one that counts. */
    private int opening;

    private long current = NONE;

    /** @param streamId of no other stream on the node */
    public static Behavior<Command> create(long streamId, ActorRef<WatchHub.Command> hub, ActorRef<Told> parent) {
        return Behaviors.setup(context -> new KeyWatch(context, streamId, hub, parent));
    }

    private KeyWatch(
            ActorContext<Command> context, long streamId, ActorRef<WatchHub.Command> hub, ActorRef<Told> parent) {
        super(context);
        this.streamId = streamId;
        this.hub = hub;
        this.parent = parent;
        this.session = context.messageAdapter(WatchSession.Command.class, WrappedHub::new);
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Watch.class, watch -> onWatch(watch.request()))
                .onMessage(WrappedHub.class, wrapped -> onHub(wrapped.command()))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private Behavior<Command> onWatch(WatchCreateRequest request) {
        cancel(current);
        current = NONE;
        opening++;
        hub.tell(new WatchHub.Open(streamId, 0, request, session));
        return this;
    }

    private void cancel(long watchId) {
        if (watchId != NONE) {
            hub.tell(new WatchHub.Cancel(streamId, watchId));
        }
    }

    private Behavior<Command> onHub(WatchSession.Command command) {
        if (command instanceof WatchSession.Opened opened) {
            onOpened(opened.watchId());
        } else if (command instanceof WatchSession.Refused) {
            opening--;
            if (opening == 0) {
                parent.tell(new Refused());
            }
        } else if (command instanceof WatchSession.Events events) {
            hub.tell(new WatchHub.Taken(streamId, events.events().size(), events.bytes()));
            if (events.watchId() == current) {
                parent.tell(new Changes(events.events(), events.revision()));
            }
        } else if (command instanceof WatchSession.Compacted compacted && compacted.watchId() == current) {
            current = NONE;
            parent.tell(new Lost());
        }
        return this;
    }

    private void onOpened(long watchId) {
        opening--;
        if (opening == 0) {
            current = watchId;
        } else {
            cancel(watchId);
        }
    }

    private Behavior<Command> onPostStop() {
        hub.tell(new WatchHub.StreamClosed(streamId));
        return this;
    }
}
