package io.troupe.etcd.gateway;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;

/**
 * A call whose client asks that there be a leader ({@code hasleader: true}) is refused at once when none is known. A
 * stream that was opened by such a call is marked, to be ended when the leader is lost ({@link Streams}).
 */
final class LeaderRequired implements ServerInterceptor {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Boolean> REQUIRED = Context.keyWithDefault("hasleader", false);

    private final NodeView node;

    LeaderRequired(NodeView node) {
        this.node = node;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (!"true".equals(headers.get(HAS_LEADER))) {
            return next.startCall(call, headers);
        }
        if (node.status().leader().isEmpty()) {
            call.close(
                    Status.fromCode(EtcdError.NO_LEADER.code()).withDescription(EtcdError.NO_LEADER.message()),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return Contexts.interceptCall(Context.current().withValue(REQUIRED, true), call, headers, next);
    }

    /** Whether the call that this thread opens must end with the leader. */
    static boolean isRequired() {
        return REQUIRED.get();
    }
}
