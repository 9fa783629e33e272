package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.troupe.etcd.EtcdError;

/** A member that only learns tells its status, what it holds, and a snapshot; clients are to ask a voter for the rest. */
final class LearnerCalls implements ServerInterceptor {

    private final NodeView node;

    LearnerCalls(NodeView node) {
        this.node = node;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        if (!node.isLearner()) {
            return next.startCall(call, headers);
        }
        MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
        if (method.getType() != MethodDescriptor.MethodType.UNARY) {
            boolean snapshot = method.getFullMethodName()
                    .equals(MaintenanceGrpc.getSnapshotMethod().getFullMethodName());
            if (snapshot) {
                return next.startCall(call, headers);
            }
            refuse(call);
            return new ServerCall.Listener<>() {};
        }
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(ReqT request) {
                if (isServed(request)) {
                    super.onMessage(request);
                } else {
                    refused = true;
                    refuse(call);
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }
        };
    }

    private static boolean isServed(Object request) {
        return request instanceof StatusRequest || (request instanceof RangeRequest range && range.getSerializable());
    }

    private static void refuse(ServerCall<?, ?> call) {
        EtcdError error = EtcdError.NOT_SUPPORTED_FOR_LEARNER;
        call.close(Status.fromCode(error.code()).withDescription(error.message()), new Metadata());
    }
}
