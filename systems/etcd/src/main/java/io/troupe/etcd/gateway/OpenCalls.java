package io.troupe.etcd.gateway;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The calls of the client port, which a member that ends tells so ({@link EtcdError#STOPPED}), as its clients go to another then.
 * gRPC's server would reset their streams, with the code CANCEL: that clients take for their own doing, and a watch of theirs
 * ends for good.
 */
final class OpenCalls implements ServerInterceptor {

    private static final Status STOPPED =
            Status.fromCode(EtcdError.STOPPED.code()).withDescription(EtcdError.STOPPED.message());

    private final Set<OpenCall<?, ?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;

    /** From now on calls are told at once: also on a connection that is still there no service begins another. */
    void refuseMore() {
        refusing = true;
    }

    /** Ends what is open; what its service says to it afterwards is not sent. */
    void end() {
        refuseMore();
        open.forEach(OpenCall::end);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (refusing) {
            call.close(STOPPED, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        var opened = new OpenCall<>(call);
        open.add(opened);
        return new SimpleForwardingServerCallListener<>(next.startCall(opened, headers)) {
            @Override
            public void onCancel() {
                open.remove(opened);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                open.remove(opened);
                super.onComplete();
            }
        };
    }

    /** Its service speaks to it on one thread, and its end comes on another. */
    private static final class OpenCall<Q, P> extends SimpleForwardingServerCall<Q, P> {

        private boolean closed;
        private boolean ended;

        OpenCall(ServerCall<Q, P> call) {
            super(call);
        }

        synchronized void end() {
            if (!closed) {
                closed = true;
                ended = true;
                super.close(STOPPED, new Metadata());
            }
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!ended) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(P message) {
            if (!ended) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!ended) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }
}
