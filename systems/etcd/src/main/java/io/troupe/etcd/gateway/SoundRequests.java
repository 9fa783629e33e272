package io.troupe.etcd.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.KVGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.EtcdError;
import java.io.InputStream;

/**
 * Ends a call in etcd's words whose request cannot be parsed. gRPC parses requests before an interceptor sees them, logs what
 * its parser throws with the stack, and tells the client that the application has failed. So a service is offered here with
 * requests as they came, which are parsed inside of this interceptor.
 */
final class SoundRequests implements ServerInterceptor {

    /** Neither request nor answer is copied. */
    private enum AsTheyAre implements MethodDescriptor.Marshaller<InputStream> {
        INSTANCE;

        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return stream;
        }
    }

    private SoundRequests() {}

    /** The service, for a server that parses nothing itself. */
    static ServerServiceDefinition of(ServerServiceDefinition service) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useMarshalledMessages(service, AsTheyAre.INSTANCE), new SoundRequests());
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(ReqT request) {
                if (refused) {
                    return;
                }
                try {
                    super.onMessage(request);
                } catch (StatusRuntimeException e) {
                    if (!(e.getCause() instanceof InvalidProtocolBufferException unsound)) {
                        throw e;
                    }
                    refused = true;
                    call.close(
                            refusal(call.getMethodDescriptor(), String.valueOf(unsound.getMessage())), new Metadata());
                    super.onCancel(); // What serves the call goes with it, and hears no more.
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onReady() {
                if (!refused) {
                    super.onReady();
                }
            }

            @Override
            public void onCancel() {
                if (!refused) {
                    super.onCancel();
                }
            }

            @Override
            public void onComplete() {
                if (!refused) {
                    super.onComplete();
                }
            }
        };
    }

    /**
     * A transaction that is nested too deep for the parser has more operations than any may have: etcd, whose parser takes it,
     * says so.
     */
    private static Status refusal(MethodDescriptor<?, ?> method, String problem) {
        boolean tooDeep =
                method.getFullMethodName().equals(KVGrpc.getTxnMethod().getFullMethodName())
                        && problem.contains("too many levels of nesting"); // Told by its words alone.
        return tooDeep
                ? Status.fromCode(EtcdError.TOO_MANY_OPS.code()).withDescription(EtcdError.TOO_MANY_OPS.message())
                : Status.INTERNAL.withDescription(inGo(method) + problem);
    }

    /** How gRPC for Go, which etcd has, begins its message. */
    private static String inGo(MethodDescriptor<?, ?> method) {
        return method.getType() == MethodDescriptor.MethodType.UNARY
                ? "grpc: error unmarshalling request: "
                : "grpc: failed to unmarshal the received message ";
    }
}
