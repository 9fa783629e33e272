package io.troupe.etcd.gateway;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.concurrency.Store;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;

/** What gRPC's threads do with a unary call: bound it, hand it to the {@link CallBroker}, answer it. */
final class UnaryCalls {

    /** Makes the response from a result's body. */
    interface Answer<T> {
        T from(byte[] body) throws IOException;
    }

    static final CompletionStage<Boolean> DONE = CompletableFuture.completedFuture(true);

    private final ActorRef<CallBroker.Command> broker;
    private final EtcdSettings settings;
    private final Admission admission;

    UnaryCalls(ActorRef<CallBroker.Command> broker, EtcdSettings settings) {
        this.broker = broker;
        this.settings = settings;
        this.admission = new Admission(settings.inFlightMax());
    }

    /** Has a command applied. */
    <T> void apply(ByteString command, Answer<T> answer, StreamObserver<T> observer) {
        if (command.size() > settings.requestBytesMax()) {
            refuse(EtcdError.REQUEST_TOO_LARGE, observer);
        } else {
            call(command, Optional.empty(), answer, observer);
        }
    }

    <T> void read(ByteString query, boolean serializable, Answer<T> answer, StreamObserver<T> observer) {
        call(query, Optional.of(serializable ? ReadConsistency.STALE : ReadConsistency.LINEARIZABLE), answer, observer);
    }

    static <T> void refuse(EtcdError error, StreamObserver<T> observer) {
        observer.onError(error.toException());
    }

    private <T> void call(
            ByteString payload, Optional<ReadConsistency> consistency, Answer<T> answer, StreamObserver<T> observer) {
        call(payload, consistency, observer, result -> {
            conclude(result, answer, observer);
            return DONE;
        });
    }

    /**
     * Reads, and leaves it to {@code conclude} to answer the observer. The call counts as under way until the stage that
     * {@code conclude} returns is complete. To be called while gRPC opens the call.
     */
    void read(
            ByteString query,
            ReadConsistency consistency,
            StreamObserver<?> observer,
            Function<Result, CompletionStage<?>> conclude) {
        call(query, Optional.of(consistency), observer, conclude);
    }

    /** Has a command applied, and leaves it to {@code conclude} to answer the observer. */
    void applyOn(ByteString command, StreamObserver<?> observer, Consumer<Result> conclude) {
        if (command.size() > settings.requestBytesMax()) {
            refuse(EtcdError.REQUEST_TOO_LARGE, observer);
        } else {
            call(command, Optional.empty(), observer, doing(conclude));
        }
    }

    /** A linearizable read, with {@code conclude} to answer the observer. */
    void readOn(ByteString query, StreamObserver<?> observer, Consumer<Result> conclude) {
        call(query, Optional.of(ReadConsistency.LINEARIZABLE), observer, doing(conclude));
    }

    private static Function<Result, CompletionStage<?>> doing(Consumer<Result> conclude) {
        return result -> {
            conclude.accept(result);
            return DONE;
        };
    }

    /** The store as the client of the call that this thread serves may use it, also after the thread has gone on. */
    Store store() {
        return new Store() {
            @Override
            public void apply(ByteString command, Consumer<Result> answer) {
                broker.tell(new CallBroker.Call(command, Optional.empty(), settings.requestTimeout(), answer));
            }

            @Override
            public void read(ByteString query, Consumer<Result> answer) {
                broker.tell(new CallBroker.Call(
                        query, Optional.of(ReadConsistency.LINEARIZABLE), settings.requestTimeout(), answer));
            }
        };
    }

    /** A further read for a call that is under way already. */
    CompletionStage<Result> readOn(ByteString query, ReadConsistency consistency, Duration deadline) {
        var answered = new CompletableFuture<Result>();
        broker.tell(new CallBroker.Call(query, Optional.of(consistency), deadline, answered::complete));
        return answered;
    }

    /** Requests under way. */
    int underWay() {
        return admission.underWay();
    }

    private void call(
            ByteString payload,
            Optional<ReadConsistency> consistency,
            StreamObserver<?> observer,
            Function<Result, CompletionStage<?>> conclude) {
        if (!admission.tryEnter()) {
            refuse(EtcdError.TOO_MANY_REQUESTS, observer);
            return;
        }
        // With a handler, answering a call that its client gave up is no error.
        ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(() -> {});
        Consumer<Result> leaving = result -> conclude.apply(result).whenComplete((done, failure) -> admission.leave());
        broker.tell(new CallBroker.Call(payload, consistency, deadline(), leaving));
    }

    /** How long the call that this thread serves may take. */
    Duration deadline() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return settings.requestTimeout();
        }
        long millis = Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS));
        return Duration.ofMillis(Math.min(millis, settings.requestTimeout().toMillis()));
    }

    private static <T> void conclude(Result result, Answer<T> answer, StreamObserver<T> observer) {
        if (result instanceof Result.Refused refused) {
            refuse(refused.error(), observer);
            return;
        }
        try {
            observer.onNext(answer.from(((Result.Ok) result).body()));
            observer.onCompleted();
        } catch (IOException e) {
            refuse(EtcdError.MALFORMED, observer);
        }
    }
}
