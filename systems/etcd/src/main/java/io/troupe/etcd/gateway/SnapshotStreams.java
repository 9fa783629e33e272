package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.SnapshotResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.replication.ReadConsistency;
import java.util.concurrent.Executor;

/** Opens a {@link SnapshotStream} for each client that asks for one. */
final class SnapshotStreams {

    private final WaitingCalls<SnapshotStream.Command> streams;
    private final UnaryCalls calls;
    private final FrozenStates frozen;
    private final NodeView node;
    private final Executor blocking;

    /** @param blocking for laying files out, which takes long */
    SnapshotStreams(
            WaitingCalls<SnapshotStream.Command> streams,
            UnaryCalls calls,
            FrozenStates frozen,
            NodeView node,
            Executor blocking) {
        this.streams = streams;
        this.calls = calls;
        this.frozen = frozen;
        this.node = node;
        this.blocking = blocking;
    }

    /** As in etcd, of what this member has, also when there is no leader. */
    void open(StreamObserver<SnapshotResponse> observer) {
        var deadline = calls.deadline();
        streams.open(
                observer,
                (id, client) -> SnapshotStream.create(
                        id,
                        frozen,
                        ticket -> calls.readOn(Queries.freeze(ticket), ReadConsistency.STALE, deadline),
                        client,
                        node::header,
                        blocking));
    }
}
