package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.LeaderResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.concurrency.Contender;
import io.troupe.etcd.concurrency.LeaderObserver;
import io.troupe.etcd.concurrency.Store;
import io.troupe.etcd.mvcc.Result;
import io.troupe.etcd.watch.WatchHub;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/** What locks and elections share: who contends, and who looks on. */
final class Contests {

    private final UnaryCalls calls;
    private final WaitingCalls<Contender.Command> contenders;
    private final WaitingCalls<LeaderObserver.Command> observers;
    private final ActorRef<WatchHub.Command> hub;
    private final NodeView node;
    private final LongSupplier freshLeases;

    Contests(
            UnaryCalls calls,
            WaitingCalls<Contender.Command> contenders,
            WaitingCalls<LeaderObserver.Command> observers,
            ActorRef<WatchHub.Command> hub,
            NodeView node,
            LongSupplier freshLeases) {
        this.calls = calls;
        this.contenders = contenders;
        this.observers = observers;
        this.hub = hub;
        this.node = node;
        this.freshLeases = freshLeases;
    }

    /** Answers when the claim holds. */
    <T> void enter(Contender.Claim claim, Function<Contender.Held, T> answer, StreamObserver<T> observer) {
        Store store = calls.store();
        contenders.open(
                observer,
                (id, client) -> Contender.create(claim, store, id, hub, freshLeases.getAsLong(), outcome -> {
                    if (outcome instanceof Contender.Held held) {
                        client.onNext(answer.apply(held));
                        client.onCompleted();
                    } else if (!client.isCancelled()) {
                        refuse(outcome, client);
                    }
                }));
    }

    /** One of this node's choice, for a client that brought none. */
    void grantLease(StreamObserver<?> observer, LongConsumer granted) {
        long lease = freshLeases.getAsLong();
        calls.applyOn(Contender.ownLease(lease), observer, result -> {
            if (result instanceof Result.Refused refused) {
                refuse(new Contender.Refused(refused.error()), observer);
            } else {
                granted.accept(lease);
            }
        });
    }

    void observe(com.google.protobuf.ByteString name, StreamObserver<LeaderResponse> observer) {
        Store store = calls.store();
        observers.open(observer, (id, client) -> LeaderObserver.create(name, store, id, hub, client, node::header));
    }

    /** etcd runs these services as a client of itself, whose errors lose their codes on the way out. */
    static void refuse(Contender.Outcome outcome, StreamObserver<?> observer) {
        String reason = outcome instanceof Contender.Refused refused
                ? refused.error().message()
                : ((Contender.Failed) outcome).reason();
        observer.onError(Status.UNKNOWN.withDescription(reason).asRuntimeException());
    }
}
