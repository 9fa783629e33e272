package io.troupe.etcd.gateway;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;

/** A call whose client asks that there be a leader ({@code hasleader: true}) is refused at once when none is known. */
final class LeaderRequired implements ServerInterceptor {

    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final NodeView node;

    LeaderRequired(NodeView node) {
        this.node = node;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        boolean refused =
                "true".equals(headers.get(HAS_LEADER)) && node.status().leader().isEmpty();
        if (refused) {
            call.close(
                    Status.fromCode(EtcdError.NO_LEADER.code()).withDescription(EtcdError.NO_LEADER.message()),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
