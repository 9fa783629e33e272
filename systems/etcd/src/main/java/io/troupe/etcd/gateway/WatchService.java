package io.troupe.etcd.gateway;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.watch.LargeResponses;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.etcd.watch.WatchSession;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** {@code etcdserverpb.Watch}. */
final class WatchService extends WatchGrpc.WatchImplBase {

    private final StreamObservers<WatchRequest, WatchSession.Command> streams;
    private final ActorRef<WatchHub.Command> hub;
    private final NodeView node;
    private final AuthView auth;
    private final int responseBytesMax;
    private final LargeResponses large;

    WatchService(
            StreamObservers<WatchRequest, WatchSession.Command> streams,
            ActorRef<WatchHub.Command> hub,
            NodeView node,
            AuthView auth,
            int responseBytesMax,
            LargeResponses large) {
        this.large = large;
        this.streams = streams;
        this.hub = hub;
        this.node = node;
        this.auth = auth;
        this.responseBytesMax = responseBytesMax;
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
        AuthView.Credentials shown = CallerCredentials.shown();
        return streams.open(
                responses,
                (streamId, client) -> WatchSession.create(
                        streamId,
                        client,
                        hub,
                        node::header,
                        responseBytesMax,
                        large,
                        request -> refusal(shown, request)));
    }

    /** A client may watch what it may read. */
    private Optional<EtcdError> refusal(AuthView.Credentials shown, WatchCreateRequest request) {
        return auth.caller(shown)
                .map(caller -> auth.state().mayRead(caller, watched(request.getKey()), request.getRangeEnd()))
                .orElse(Optional.of(EtcdError.INVALID_AUTH_TOKEN));
    }

    /** The least key there is stands for one left out. */
    private static ByteString watched(ByteString key) {
        return key.isEmpty() ? ByteString.copyFrom(new byte[1]) : key;
    }
}
