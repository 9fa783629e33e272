package io.troupe.etcd.gateway;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.LockResponse;
import io.etcd.jetcd.api.lock.UnlockRequest;
import io.etcd.jetcd.api.lock.UnlockResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.concurrency.Contender;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Result;

/** {@code v3lockpb.Lock}. */
final class LockService extends LockGrpc.LockImplBase {

    private final UnaryCalls calls;
    private final Contests contests;
    private final NodeView node;

    LockService(UnaryCalls calls, Contests contests, NodeView node) {
        this.calls = calls;
        this.contests = contests;
        this.node = node;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
        var claim = new Contender.Claim(request.getName(), request.getLease(), ByteString.EMPTY, false);
        contests.enter(
                claim,
                held -> LockResponse.newBuilder()
                        .setHeader(node.header(held.revision()))
                        .setKey(held.key())
                        .build(),
                observer);
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
        if (request.getKey().isEmpty()) {
            Contests.refuse(new Contender.Refused(io.troupe.etcd.EtcdError.EMPTY_KEY), observer);
            return;
        }
        var delete = DeleteRangeRequest.newBuilder().setKey(request.getKey()).build();
        calls.applyOn(Commands.deleteRange(delete), observer, result -> {
            if (result instanceof Result.Refused refused) {
                Contests.refuse(new Contender.Refused(refused.error()), observer);
                return;
            }
            var deleted = ((Result.Ok) result).as(DeleteRangeResponse::parseFrom);
            observer.onNext(UnlockResponse.newBuilder()
                    .setHeader(node.header(deleted.getHeader().getRevision()))
                    .build());
            observer.onCompleted();
        });
    }
}
