package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.AlarmRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.auth.AuthView.Credentials;
import io.troupe.etcd.concurrency.Store;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
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
import java.util.function.Supplier;
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
    private final AuthView auth;
    private final Quota quota;
    private final Admission admission;

    UnaryCalls(ActorRef<CallBroker.Command> broker, AuthView auth, Quota quota, EtcdSettings settings) {
        this.broker = broker;
        this.auth = auth;
        this.quota = quota;
        this.settings = settings;
        this.admission = new Admission(settings.inFlightMax(), settings.inFlightBytesMax());
    }

    /** Has a command applied. */
    <T> void apply(ByteString command, Answer<T> answer, StreamObserver<T> observer) {
        if (command.size() > settings.requestBytesMax()) {
            refuse(EtcdError.REQUEST_TOO_LARGE, observer);
        } else {
            call(GroupRequest.command(command), answer, observer);
        }
    }

    /**
     * Has a command applied that adds {@code cost} bytes to the store. When this member has no room for them it raises its
     * alarm, and then refuses.
     */
    <T> void applyIfRoom(long cost, ByteString command, Answer<T> answer, StreamObserver<T> observer) {
        if (quota.hasRoomFor(cost)) {
            apply(command, answer, observer);
        } else if (quota.isRaised(quota.noSpace())) {
            refuse(EtcdError.NO_SPACE, observer);
        } else if (enter(0, observer)) {
            var raise = AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                    .setMemberID(quota.noSpace().member())
                    .setAlarmValue(quota.noSpace().type())
                    .build();
            applyOn(Commands.alarm(raise), deadline()).thenAccept(raised -> {
                admission.leave();
                refuse(EtcdError.NO_SPACE, observer);
            });
        }
    }

    <T> void read(ByteString query, boolean serializable, Answer<T> answer, StreamObserver<T> observer) {
        var consistency = serializable ? ReadConsistency.STALE : settings.linearizableReads();
        call(GroupRequest.read(query, consistency), answer, observer);
    }

    /** Linearizable, and of a kind that etcd's log orders. */
    <T> void readInOrder(ByteString query, Answer<T> answer, StreamObserver<T> observer) {
        call(GroupRequest.readInOrder(query, settings.linearizableReads()), answer, observer);
    }

    static <T> void refuse(EtcdError error, StreamObserver<T> observer) {
        observer.onError(error.toException());
    }

    private <T> void call(GroupRequest request, Answer<T> answer, StreamObserver<T> observer) {
        call(request, observer, result -> {
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
        call(GroupRequest.read(query, consistency), observer, conclude);
    }

    /** Has a command applied that takes its time to be made; none is begun that is not admitted. */
    <T> void applyWhenMade(Supplier<CompletionStage<ByteString>> making, Answer<T> answer, StreamObserver<T> observer) {
        if (!enter(0, observer)) {
            return;
        }
        Credentials shown = CallerCredentials.shown();
        Duration deadline = deadline();
        Consumer<Result> leaving = result -> {
            conclude(result, answer, observer);
            admission.leave();
        };
        making.get().whenComplete((made, failure) -> {
            if (failure != null) {
                leaving.accept(new Result.Refused(EtcdError.STOPPED));
            } else if (made.size() > settings.requestBytesMax()) {
                leaving.accept(new Result.Refused(EtcdError.REQUEST_TOO_LARGE));
            } else {
                tell(GroupRequest.command(made), shown, deadline, leaving);
            }
        });
    }

    /** Has a command applied, and leaves it to {@code conclude} to answer the observer. */
    void applyOn(ByteString command, StreamObserver<?> observer, Consumer<Result> conclude) {
        if (command.size() > settings.requestBytesMax()) {
            refuse(EtcdError.REQUEST_TOO_LARGE, observer);
        } else {
            call(GroupRequest.command(command), observer, doing(conclude));
        }
    }

    /** A linearizable read, with {@code conclude} to answer the observer. */
    void readOn(ByteString query, StreamObserver<?> observer, Consumer<Result> conclude) {
        call(GroupRequest.read(query, ReadConsistency.LINEARIZABLE), observer, doing(conclude));
    }

    private static Function<Result, CompletionStage<?>> doing(Consumer<Result> conclude) {
        return result -> {
            conclude.accept(result);
            return DONE;
        };
    }

    /** The store as the client of the call that this thread serves may use it, also after the thread has gone on. */
    Store store() {
        Credentials shown = CallerCredentials.shown();
        return new Store() {
            @Override
            public void apply(ByteString command, Consumer<Result> answer) {
                if (command.size() > settings.requestBytesMax()) {
                    answer.accept(new Result.Refused(EtcdError.REQUEST_TOO_LARGE));
                } else {
                    tell(GroupRequest.command(command), shown, settings.requestTimeout(), answer);
                }
            }

            @Override
            public void read(ByteString query, Consumer<Result> answer) {
                var request = GroupRequest.read(query, ReadConsistency.LINEARIZABLE);
                tell(request, shown, settings.requestTimeout(), answer);
            }
        };
    }

    AuthView auth() {
        return auth;
    }

    /** Refuses the call of whoever may not administer, as far as this node knows. */
    boolean isAdmitted(StreamObserver<?> observer) {
        Optional<EtcdError> refusal = auth.caller(CallerCredentials.shown())
                .map(caller -> auth.state().mayAdminister(caller))
                .orElse(Optional.of(EtcdError.INVALID_AUTH_TOKEN));
        refusal.ifPresent(error -> refuse(error, observer));
        return refusal.isEmpty();
    }

    /** In the caller's name. A token that has yet to be learned is {@link FreshTokens}'. */
    private void tell(GroupRequest request, Credentials shown, Duration deadline, Consumer<Result> answer) {
        auth.caller(shown)
                .ifPresentOrElse(
                        caller -> broker.tell(new CallBroker.Call(request.inNameOf(caller), deadline, answer)),
                        () -> answer.accept(new Result.Refused(EtcdError.INVALID_AUTH_TOKEN)));
    }

    /**
     * A linearizable read in nobody's name, whatever its client shows; as {@link #read(ByteString, ReadConsistency,
     * StreamObserver, Function)}.
     */
    void readAsNobody(ByteString query, StreamObserver<?> observer, Function<Result, CompletionStage<?>> conclude) {
        call(GroupRequest.read(query, ReadConsistency.LINEARIZABLE), Credentials.NONE, observer, conclude);
    }

    /** A command of the gateway itself, for a call that is under way already. */
    CompletionStage<Result> applyOn(ByteString command, Duration deadline) {
        return ask(GroupRequest.command(command), deadline);
    }

    /** A further read for a call that is under way already. */
    CompletionStage<Result> readOn(ByteString query, ReadConsistency consistency, Duration deadline) {
        return ask(GroupRequest.read(query, consistency), deadline);
    }

    private CompletionStage<Result> ask(GroupRequest request, Duration deadline) {
        var answered = new CompletableFuture<Result>();
        broker.tell(new CallBroker.Call(request, deadline, answered::complete));
        return answered;
    }

    /** Answered, within the deadline of the call that this thread opens, when all is applied here that is committed now. */
    CompletionStage<Result> catchUp() {
        return readOn(Queries.status(), ReadConsistency.LINEARIZABLE, deadline());
    }

    /** Requests under way. */
    int underWay() {
        return admission.underWay();
    }

    private void call(GroupRequest request, StreamObserver<?> observer, Function<Result, CompletionStage<?>> conclude) {
        call(request, CallerCredentials.shown(), observer, conclude);
    }

    private void call(
            GroupRequest request,
            Credentials shown,
            StreamObserver<?> observer,
            Function<Result, CompletionStage<?>> conclude) {
        int bytes = request.payload().size();
        if (!enter(bytes, observer)) {
            return;
        }
        Consumer<Result> leaving =
                result -> conclude.apply(result).whenComplete((done, failure) -> admission.leave(bytes));
        tell(request, shown, deadline(), leaving);
    }

    private boolean enter(int bytes, StreamObserver<?> observer) {
        if (!admission.tryEnter(bytes)) {
            refuse(EtcdError.TOO_MANY_REQUESTS, observer);
            return false;
        }
        // With a handler, answering a call that its client gave up is no error.
        ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(() -> {});
        return true;
    }

    /** How long the call that this thread serves may take. */
    Duration deadline() {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return settings.requestTimeout();
        }
        Duration left = left(deadline);
        return left.compareTo(settings.requestTimeout()) < 0 ? left : settings.requestTimeout();
    }

    /** Never nothing: the call is refused for its deadline, and for no other reason. */
    private static Duration left(Deadline deadline) {
        return Duration.ofMillis(Math.max(1, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }

    static <T> void conclude(Result result, Answer<T> answer, StreamObserver<T> observer) {
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
