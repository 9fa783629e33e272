package io.troupe.etcd.gateway;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/**
 * Ties gRPC's streams to their session actors: what gRPC's threads are told becomes messages, in order.
 *
 * @param <Q> requests
 * @param <C> what a session understands
 */
final class StreamObservers<Q, C> {

    private final ActorRef<Streams.Command<C>> streams;
    private final Admission admission;
    private final Function<Q, C> requested;
    private final C writable;
    private final C gone;
    private final Optional<C> finished;
    private final AtomicLong lastId = new AtomicLong();

    /** Makes a session for a stream. */
    interface SessionFactory<P, C> {
        Behavior<C> create(long streamId, ServerCallStreamObserver<P> client);
    }

    /** @param finished what a session is told when its client sends no more; empty when it goes on being served */
    StreamObservers(
            ActorRef<Streams.Command<C>> streams,
            Admission admission,
            Function<Q, C> requested,
            C writable,
            C gone,
            Optional<C> finished) {
        this.streams = streams;
        this.admission = admission;
        this.requested = requested;
        this.writable = writable;
        this.gone = gone;
        this.finished = finished;
    }

    /** Opens a session for a client's stream; must be called while gRPC opens the call. */
    <P> StreamObserver<Q> open(StreamObserver<P> responses, SessionFactory<P, C> factory) {
        if (!admission.tryEnter()) {
            responses.onError(EtcdError.TOO_MANY_REQUESTS.toException());
            return new Ignoring<>();
        }
        var client = (ServerCallStreamObserver<P>) responses;
        long streamId = lastId.incrementAndGet();
        client.disableAutoRequest();
        client.setOnReadyHandler(() -> tell(streamId, writable));
        client.setOnCancelHandler(() -> tell(streamId, gone));
        streams.tell(new Streams.Opened<>(streamId, factory.create(streamId, client), LeaderRequired.isRequired()));
        client.request(1);
        return new StreamObserver<>() {
            @Override
            public void onNext(Q request) {
                tell(streamId, requested.apply(request));
            }

            @Override
            public void onError(Throwable cause) {
                tell(streamId, gone);
            }

            @Override
            public void onCompleted() {
                finished.ifPresent(message -> tell(streamId, message));
            }
        };
    }

    private void tell(long streamId, C message) {
        streams.tell(new Streams.Deliver<>(streamId, message));
    }

    private static final class Ignoring<Q> implements StreamObserver<Q> {
        @Override
        public void onNext(Q request) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
