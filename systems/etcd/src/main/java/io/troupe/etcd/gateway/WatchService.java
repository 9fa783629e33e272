package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.etcd.watch.WatchSession;
import org.apache.pekko.actor.typed.ActorRef;

/** {@code etcdserverpb.Watch}. */
final class WatchService extends WatchGrpc.WatchImplBase {

    private final StreamObservers<WatchRequest, WatchSession.Command> streams;
    private final ActorRef<WatchHub.Command> hub;
    private final NodeView node;
    private final int responseBytesMax;

    WatchService(
            StreamObservers<WatchRequest, WatchSession.Command> streams,
            ActorRef<WatchHub.Command> hub,
            NodeView node,
            int responseBytesMax) {
        this.streams = streams;
        this.hub = hub;
        this.node = node;
        this.responseBytesMax = responseBytesMax;
    }

    @Override
    public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> responses) {
        return streams.open(
                responses,
                (streamId, client) -> WatchSession.create(streamId, client, hub, node::header, responseBytesMax));
    }
}
