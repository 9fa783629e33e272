package io.troupe.etcd.gateway;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Counts calls under the names and labels of go-grpc-prometheus, by which etcd's dashboards and alerts ask: {@code
 * grpc_server_started_total}, and by what they came to {@code grpc_server_handled_total}.
 */
final class CallMeters implements ServerInterceptor {

    private record Handled(MethodDescriptor<?, ?> method, Status.Code code) {}

    /** As Go spells them, but for OK. */
    private static final Map<Status.Code, String> CODES = Map.ofEntries(
            Map.entry(Status.Code.OK, "OK"),
            Map.entry(Status.Code.CANCELLED, "Canceled"),
            Map.entry(Status.Code.UNKNOWN, "Unknown"),
            Map.entry(Status.Code.INVALID_ARGUMENT, "InvalidArgument"),
            Map.entry(Status.Code.DEADLINE_EXCEEDED, "DeadlineExceeded"),
            Map.entry(Status.Code.NOT_FOUND, "NotFound"),
            Map.entry(Status.Code.ALREADY_EXISTS, "AlreadyExists"),
            Map.entry(Status.Code.PERMISSION_DENIED, "PermissionDenied"),
            Map.entry(Status.Code.RESOURCE_EXHAUSTED, "ResourceExhausted"),
            Map.entry(Status.Code.FAILED_PRECONDITION, "FailedPrecondition"),
            Map.entry(Status.Code.ABORTED, "Aborted"),
            Map.entry(Status.Code.OUT_OF_RANGE, "OutOfRange"),
            Map.entry(Status.Code.UNIMPLEMENTED, "Unimplemented"),
            Map.entry(Status.Code.INTERNAL, "Internal"),
            Map.entry(Status.Code.UNAVAILABLE, "Unavailable"),
            Map.entry(Status.Code.DATA_LOSS, "DataLoss"),
            Map.entry(Status.Code.UNAUTHENTICATED, "Unauthenticated"));

    private static final Map<MethodDescriptor.MethodType, String> TYPES = Map.of(
            MethodDescriptor.MethodType.UNARY, "unary",
            MethodDescriptor.MethodType.CLIENT_STREAMING, "client_stream",
            MethodDescriptor.MethodType.SERVER_STREAMING, "server_stream",
            MethodDescriptor.MethodType.BIDI_STREAMING, "bidi_stream",
            MethodDescriptor.MethodType.UNKNOWN, "unknown");

    private final MeterRegistry registry;
    private final Map<MethodDescriptor<?, ?>, Counter> started = new ConcurrentHashMap<>();
    private final Map<Handled, Counter> handled = new ConcurrentHashMap<>();

    CallMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        MethodDescriptor<ReqT, RespT> method = call.getMethodDescriptor();
        started.computeIfAbsent(method, any -> counter("grpc.server.started", method)
                        .description("Calls that were begun")
                        .register(registry))
                .increment();
        AtomicBoolean open = new AtomicBoolean(true);
        var counted = new SimpleForwardingServerCall<ReqT, RespT>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
                ends(method, status.getCode(), open);
                super.close(status, trailers);
            }
        };
        return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onCancel() {
                ends(method, Status.Code.CANCELLED, open);
                super.onCancel();
            }
        };
    }

    private void ends(MethodDescriptor<?, ?> method, Status.Code code, AtomicBoolean open) {
        if (open.getAndSet(false)) {
            handled.computeIfAbsent(new Handled(method, code), any -> counter("grpc.server.handled", method)
                            .description("Calls that are over, by what they came to")
                            .tag("grpc_code", Objects.requireNonNull(CODES.get(code)))
                            .register(registry))
                    .increment();
        }
    }

    private static Counter.Builder counter(String name, MethodDescriptor<?, ?> method) {
        return Counter.builder(name)
                .tag("grpc_type", Objects.requireNonNull(TYPES.get(method.getType())))
                .tag("grpc_service", Objects.requireNonNullElse(method.getServiceName(), ""))
                .tag("grpc_method", Objects.requireNonNullElse(method.getBareMethodName(), ""));
    }
}
