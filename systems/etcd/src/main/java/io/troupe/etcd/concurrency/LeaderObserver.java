package io.troupe.etcd.concurrency;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.grpc.stub.ServerCallStreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.watch.KeyWatch;
import io.troupe.etcd.watch.WatchHub;
import java.util.Optional;
import java.util.function.LongFunction;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Tells one client who holds an office and what is proclaimed there, as it changes. A client that is slow to read
 * misses what was overtaken, never the latest.
 *
 * <p>Transitions: looking → vacant (nobody holds: waits for the first to come) → following; looking → following the
 * holder's key → looking, when that key is gone.
 */
public final class LeaderObserver extends AbstractBehavior<LeaderObserver.Command> {

    public sealed interface Command permits Looked, WrappedWatch, Writable, Gone, LeaderLost {}

    private record Looked(Result result) implements Command {}

    private record WrappedWatch(KeyWatch.Told told) implements Command {}

    /** The stream takes more again. */
    public record Writable() implements Command {}

    /** The client has left. */
    public record Gone() implements Command {}

    /** The client asked that there be a leader, and there has been none for too long. */
    public record LeaderLost() implements Command {}

    private final ByteString name;
    private final Store store;
    private final ServerCallStreamObserver<LeaderResponse> client;
    private final LongFunction<ResponseHeader> header;
    private final ActorRef<KeyWatch.Command> watch;
    private Optional<LeaderResponse> unwritten = Optional.empty();
    private boolean following;
    private boolean over;

    /**
     * @param streamId for the watch, of no other stream on the node
     * @param header makes a response header for a revision
     */
    public static Behavior<Command> create(
            ByteString name,
            Store store,
            long streamId,
            ActorRef<WatchHub.Command> hub,
            ServerCallStreamObserver<LeaderResponse> client,
            LongFunction<ResponseHeader> header) {
        return Behaviors.setup(context -> new LeaderObserver(context, name, store, streamId, hub, client, header));
    }

    private LeaderObserver(
            ActorContext<Command> context,
            ByteString name,
            Store store,
            long streamId,
            ActorRef<WatchHub.Command> hub,
            ServerCallStreamObserver<LeaderResponse> client,
            LongFunction<ResponseHeader> header) {
        super(context);
        this.name = name;
        this.store = store;
        this.client = client;
        this.header = header;
        this.watch = context.spawn(
                KeyWatch.create(streamId, hub, context.messageAdapter(KeyWatch.Told.class, WrappedWatch::new)),
                "watch");
        look();
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Looked.class, looked -> onLooked(looked.result()))
                .onMessage(WrappedWatch.class, wrapped -> onWatch(wrapped.told()))
                .onMessage(Writable.class, ignored -> write())
                .onMessage(Gone.class, ignored -> onGone())
                .onMessage(LeaderLost.class, ignored -> end(EtcdError.NO_LEADER))
                .onSignal(PostStop.class, ignored -> onPostStop())
                .build();
    }

    private void look() {
        ActorRef<Command> self = getContext().getSelf();
        store.read(Queries.range(Claims.oldest(name)), result -> self.tell(new Looked(result)));
    }

    private Behavior<Command> onLooked(Result result) {
        if (result instanceof Result.Refused) {
            return complete();
        }
        RangeResponse found = ((Result.Ok) result).as(RangeResponse::parseFrom);
        long revision = found.getHeader().getRevision();
        if (found.getKvsCount() == 0) {
            following = false;
            ByteString prefix = Claims.prefix(name);
            watch.tell(new KeyWatch.Watch(WatchCreateRequest.newBuilder()
                    .setKey(prefix)
                    .setRangeEnd(Claims.endOf(prefix))
                    .setStartRevision(revision + 1)
                    .build()));
            return this;
        }
        return follow(found.getKvs(0), revision);
    }

    private Behavior<Command> follow(KeyValue holder, long revision) {
        following = true;
        watch.tell(new KeyWatch.Watch(WatchCreateRequest.newBuilder()
                .setKey(holder.getKey())
                .setStartRevision(revision + 1)
                .build()));
        return tell(holder, revision);
    }

    private Behavior<Command> onWatch(KeyWatch.Told told) {
        if (told instanceof KeyWatch.Refused) {
            return end(EtcdError.TOO_MANY_REQUESTS);
        }
        if (told instanceof KeyWatch.Lost) {
            look(); // From the present on.
            return this;
        }
        var changes = (KeyWatch.Changes) told;
        for (Event event : changes.events()) {
            boolean put = event.getType() == Event.EventType.PUT;
            if (put && !following) {
                return follow(event.getKv(), event.getKv().getModRevision());
            }
            if (put) {
                tell(event.getKv(), changes.revision());
            } else if (following) {
                look();
                return this;
            }
        }
        return this;
    }

    private Behavior<Command> tell(KeyValue holder, long revision) {
        unwritten = Optional.of(LeaderResponse.newBuilder()
                .setHeader(header.apply(revision))
                .setKv(holder)
                .build());
        return write();
    }

    private Behavior<Command> write() {
        if (!over && client.isReady() && unwritten.isPresent()) {
            client.onNext(unwritten.get());
            unwritten = Optional.empty();
        }
        return this;
    }

    /** As in etcd, whose client library ends what it tells of leaders without a word of what it was refused. */
    private Behavior<Command> complete() {
        if (!over) {
            over = true;
            client.onCompleted();
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> end(EtcdError error) {
        if (!over) {
            over = true;
            client.onError(error.toException());
        }
        return Behaviors.stopped();
    }

    private Behavior<Command> onGone() {
        over = true;
        return Behaviors.stopped();
    }

    private Behavior<Command> onPostStop() {
        if (!over && !client.isCancelled()) {
            client.onError(EtcdError.STOPPED.toException());
        }
        return this;
    }
}
