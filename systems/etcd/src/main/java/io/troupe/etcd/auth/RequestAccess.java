package io.troupe.etcd.auth;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.EtcdError;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What a caller needs to be allowed for each request to the store, asked in etcd's order. */
public record RequestAccess(AuthState state, Caller caller) {

    /** @param leased keys attached to the lease the put names: who may not write those may not add to them */
    public Optional<EtcdError> check(PutRequest put, Collection<ByteString> leased) {
        return state.mayWrite(caller, put.getKey(), ByteString.EMPTY)
                .or(() -> mayWriteAll(leased))
                .or(() -> put.getPrevKv() ? state.mayRead(caller, put.getKey(), ByteString.EMPTY) : Optional.empty());
    }

    public Optional<EtcdError> check(RangeRequest range) {
        return state.mayRead(caller, range.getKey(), range.getRangeEnd());
    }

    public Optional<EtcdError> check(DeleteRangeRequest delete) {
        return state.mayWrite(caller, delete.getKey(), delete.getRangeEnd())
                .or(() -> delete.getPrevKv()
                        ? state.mayRead(caller, delete.getKey(), delete.getRangeEnd())
                        : Optional.empty());
    }

    /** Nested transactions included, which etcd 3.4 forgets. */
    public Optional<EtcdError> check(TxnRequest txn) {
        for (Compare compare : txn.getCompareList()) {
            Optional<EtcdError> refusal = state.mayRead(caller, compare.getKey(), compare.getRangeEnd());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return check(txn.getSuccessList()).or(() -> check(txn.getFailureList()));
    }

    private Optional<EtcdError> check(List<RequestOp> ops) {
        for (RequestOp op : ops) {
            Optional<EtcdError> refusal =
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> check(op.getRequestRange());
                        case REQUEST_PUT ->
                            state.mayWrite(caller, op.getRequestPut().getKey(), ByteString.EMPTY)
                                    .or(() -> op.getRequestPut().getPrevKv()
                                            ? state.mayRead(
                                                    caller, op.getRequestPut().getKey(), ByteString.EMPTY)
                                            : Optional.empty());
                        case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
                        case REQUEST_TXN -> check(op.getRequestTxn());
                        case REQUEST_NOT_SET -> Optional.empty();
                    };
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Whoever ends a lease deletes its keys. */
    public Optional<EtcdError> mayWriteAll(Collection<ByteString> keys) {
        return keys.stream()
                .flatMap(key -> state.mayWrite(caller, key, ByteString.EMPTY).stream())
                .findFirst();
    }
}
