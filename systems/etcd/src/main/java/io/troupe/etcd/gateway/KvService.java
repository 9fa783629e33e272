package io.troupe.etcd.gateway;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.CompactionResponse;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.stub.StreamObserver;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.Commands;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.TxnRules;
import java.util.Optional;

/** {@code etcdserverpb.KV}. */
final class KvService extends KVGrpc.KVImplBase {

    private final UnaryCalls calls;
    private final NodeView node;
    private final int txnOpsMax;

    KvService(UnaryCalls calls, NodeView node, int txnOpsMax) {
        this.txnOpsMax = txnOpsMax;
        this.calls = calls;
        this.node = node;
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
        if (isSound(TxnRules.check(request), observer)) {
            calls.read(Queries.range(request), request.getSerializable(), this::ranged, observer);
        }
    }

    private RangeResponse ranged(byte[] body) throws java.io.IOException {
        var response = RangeResponse.parseFrom(body);
        return response.toBuilder()
                .setHeader(node.header(response.getHeader().getRevision()))
                .build();
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
        if (isSound(TxnRules.check(request), observer)) {
            calls.applyIfRoom(
                    Quota.costOf(request),
                    Commands.put(request),
                    body -> {
                        var response = PutResponse.parseFrom(body);
                        return response.toBuilder()
                                .setHeader(node.header(response.getHeader().getRevision()))
                                .build();
                    },
                    observer);
        }
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
        if (isSound(TxnRules.check(request), observer)) {
            calls.apply(
                    Commands.deleteRange(request),
                    body -> {
                        var response = DeleteRangeResponse.parseFrom(body);
                        return response.toBuilder()
                                .setHeader(node.header(response.getHeader().getRevision()))
                                .build();
                    },
                    observer);
        }
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
        if (!isSound(TxnRules.check(request, txnOpsMax), observer)) {
            return;
        }
        if (TxnRules.isReadOnly(request)) {
            calls.read(Queries.txn(request), TxnRules.isSerializable(request), this::concluded, observer);
        } else {
            calls.applyIfRoom(Quota.costOf(request), Commands.txn(request), this::concluded, observer);
        }
    }

    private TxnResponse concluded(byte[] body) throws java.io.IOException {
        var response = TxnResponse.parseFrom(body);
        return response.toBuilder()
                .setHeader(node.header(response.getHeader().getRevision()))
                .build();
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> observer) {
        calls.apply(
                Commands.compact(request),
                body -> CompactionResponse.newBuilder()
                        .setHeader(node.header(
                                CompactionResponse.parseFrom(body).getHeader().getRevision()))
                        .build(),
                observer);
    }

    private static boolean isSound(Optional<EtcdError> error, StreamObserver<?> observer) {
        error.ifPresent(refusal -> UnaryCalls.refuse(refusal, observer));
        return error.isEmpty();
    }
}
