package io.troupe.etcd.gateway;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Calls of one request that may wait for long: each has a session actor until it is answered, as a stream has.
 *
 * @param <C> what a session understands
 */
final class WaitingCalls<C> {

    private final ActorRef<Streams.Command<C>> sessions;
    private final Admission admission;
    private final AtomicLong ids;
    private final Optional<C> writable;
    private final C gone;

    /** @param ids counts down below 0: the hub of watches tells these calls from clients' streams by it */
    WaitingCalls(
            ActorRef<Streams.Command<C>> sessions, Admission admission, AtomicLong ids, Optional<C> writable, C gone) {
        this.sessions = sessions;
        this.admission = admission;
        this.ids = ids;
        this.writable = writable;
        this.gone = gone;
    }

    /** Opens a session for a call; must be called while gRPC opens it. */
    <P> void open(StreamObserver<P> responses, StreamObservers.SessionFactory<P, C> factory) {
        if (!admission.tryEnter()) {
            UnaryCalls.refuse(EtcdError.TOO_MANY_REQUESTS, responses);
            return;
        }
        var client = (ServerCallStreamObserver<P>) responses;
        long id = ids.decrementAndGet();
        writable.ifPresent(message -> client.setOnReadyHandler(() -> tell(id, message)));
        client.setOnCancelHandler(() -> tell(id, gone));
        sessions.tell(new Streams.Opened<>(id, factory.create(id, client), LeaderRequired.isRequired()));
    }

    private void tell(long id, C message) {
        sessions.tell(new Streams.Deliver<>(id, message));
    }
}
