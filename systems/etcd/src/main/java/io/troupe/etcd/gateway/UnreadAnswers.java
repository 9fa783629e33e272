package io.troupe.etcd.gateway;

import com.google.protobuf.MessageLite;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients have yet to read of the answers to unary calls, which gRPC keeps in memory for them. Where that is more than its bound
 * over all connections, who has some to read is sent no more of it, but {@link EtcdError#TOO_MANY_REQUESTS}; who reads is served.
 */
final class UnreadAnswers implements ServerInterceptor {

    private static final Attributes.Key<AtomicLong> CONNECTION = Attributes.Key.create("bytes to be read");
    private static final Status TOO_MANY =
            Status.fromCode(EtcdError.TOO_MANY_REQUESTS.code()).withDescription(EtcdError.TOO_MANY_REQUESTS.message());

    private final long bytesMax;
    private final AtomicLong inAll = new AtomicLong();

    UnreadAnswers(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Tells connections apart. */
    static ServerTransportFilter connections() {
        return new ServerTransportFilter() {
            @Override
            public Attributes transportReady(Attributes connection) {
                return connection.toBuilder().set(CONNECTION, new AtomicLong()).build();
            }
        };
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        AtomicLong connection = call.getAttributes().get(CONNECTION);
        if (connection == null || !call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, headers);
        }
        var counted = new Counted<>(call, connection);
        return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onCancel() {
                counted.end();
                super.onCancel();
            }

            @Override
            public void onComplete() {
                counted.end();
                super.onComplete();
            }
        };
    }

    /** Transitions: open → sent or refused, with its message; any → ended, when all of it has gone to the client or the client has. */
    private final class Counted<ReqT, RespT> extends SimpleForwardingServerCall<ReqT, RespT> {

        private final AtomicLong connection;
        private long bytes;
        private boolean refused;
        private boolean ended;

        Counted(ServerCall<ReqT, RespT> call, AtomicLong connection) {
            super(call);
            this.connection = connection;
        }

        @Override
        public void sendMessage(RespT message) {
            if (mayBeSent(((MessageLite) message).getSerializedSize())) {
                super.sendMessage(message);
            } else {
                super.close(TOO_MANY, new Metadata());
            }
        }

        private synchronized boolean mayBeSent(int size) {
            refused = connection.get() > 0 && inAll.get() >= bytesMax;
            if (!refused && !ended) {
                count(size);
            }
            return !refused;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!isRefused()) {
                super.close(status, trailers);
            }
        }

        private synchronized boolean isRefused() {
            return refused;
        }

        synchronized void end() {
            ended = true;
            count(-bytes);
        }

        private void count(long more) {
            bytes += more;
            connection.addAndGet(more);
            inAll.addAndGet(more);
        }
    }
}
