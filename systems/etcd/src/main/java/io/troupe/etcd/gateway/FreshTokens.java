package io.troupe.etcd.gateway;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.mvcc.Result;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Has a call wait whose token this node does not know: another member may just have given it. When a linearizable read has been
 * answered, all that was committed when the call came is applied here, and what this node knows is what counts. So every
 * service may judge by the node's own state, and no call waits whose token is known, or that shows none.
 *
 * <p>etcd waits for the log index that ends a simple token. A token that nobody gave is refused here as soon as the read is
 * answered, however large the index that it names. A call that waited has its whole request timeout before it again.
 */
final class FreshTokens implements ServerInterceptor {

    private final AuthView auth;
    private final Supplier<CompletionStage<Result>> catchUp;
    private final Admission waiting;

    /**
     * @param catchUp answered, within the deadline of the call that is opened, when all is applied here that was committed
     * @param waitingMax calls that wait at any time; more are refused
     */
    FreshTokens(AuthView auth, Supplier<CompletionStage<Result>> catchUp, int waitingMax) {
        this.auth = auth;
        this.catchUp = catchUp;
        this.waiting = new Admission(waitingMax);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (!auth.mayComeToKnow(CallerCredentials.shown())) {
            return next.startCall(call, headers);
        }
        if (!waiting.tryEnter()) {
            refuse(EtcdError.TOO_MANY_REQUESTS, call);
            return new ServerCall.Listener<>() {};
        }
        Context context = Context.current();
        var waiter = new Waiter<ReqT>();
        catchUp.get()
                .whenComplete((reached, failure) -> waiting.leave())
                .thenAccept(reached -> {
                    if (reached instanceof Result.Refused refused) {
                        refuse(refused.error(), call);
                    } else {
                        context.run(() -> waiter.begin(() -> next.startCall(call, headers)));
                    }
                })
                .exceptionally(failure -> {
                    call.close(Status.UNKNOWN.withCause(failure), new Metadata()); // As gRPC does on its own threads.
                    return null;
                });
        return waiter;
    }

    private static void refuse(EtcdError error, ServerCall<?, ?> call) {
        call.close(Status.fromCode(error.code()).withDescription(error.message()), new Metadata());
    }

    /** Keeps what a call's client does until the call begins, and passes it on from then, one thing at a time. */
    private static final class Waiter<Q> extends ServerCall.Listener<Q> {

        private final ArrayDeque<Consumer<ServerCall.Listener<Q>>> early = new ArrayDeque<>();
        private Optional<ServerCall.Listener<Q>> begun = Optional.empty();

        synchronized void begin(Supplier<ServerCall.Listener<Q>> start) {
            ServerCall.Listener<Q> listener = start.get();
            begun = Optional.of(listener);
            early.forEach(event -> event.accept(listener));
            early.clear();
        }

        private synchronized void pass(Consumer<ServerCall.Listener<Q>> event) {
            begun.ifPresentOrElse(event, () -> early.add(event));
        }

        @Override
        public void onMessage(Q message) {
            pass(listener -> listener.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            pass(ServerCall.Listener::onHalfClose);
        }

        @Override
        public void onReady() {
            pass(ServerCall.Listener::onReady);
        }

        @Override
        public void onCancel() {
            pass(ServerCall.Listener::onCancel);
        }

        @Override
        public void onComplete() {
            pass(ServerCall.Listener::onComplete);
        }
    }
}
