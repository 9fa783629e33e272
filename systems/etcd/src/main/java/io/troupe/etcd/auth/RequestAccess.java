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
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;

/** What a caller needs to be allowed for each request to the store, asked in etcd's order. */
public record RequestAccess(AuthState state, Caller caller) {

    /** @param keysOf attached to a lease: who may not write those may not add to them */
    public Optional<EtcdError> check(PutRequest put, LongFunction<? extends Collection<ByteString>> keysOf) {
        return state.mayWrite(caller, put.getKey(), ByteString.EMPTY)
                .or(() -> mayWriteAll(keysOf.apply(put.getLease())))
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

    /**
     * Nested transactions included, which etcd 3.4.23 forgets, and for each put what a put alone is asked for: its lease, which
     * that etcd forgets, too, and its previous value. A lease's keys are looked at once, however many puts name it.
     */
    public Optional<EtcdError> check(TxnRequest txn, LongFunction<? extends Collection<ByteString>> keysOf) {
        Set<Long> lookedAt = new HashSet<>();
        return checkEach(txn, lease -> lookedAt.add(lease) ? keysOf.apply(lease) : List.of());
    }

    private Optional<EtcdError> checkEach(TxnRequest txn, LongFunction<? extends Collection<ByteString>> keysOf) {
        for (Compare compare : txn.getCompareList()) {
            Optional<EtcdError> refusal = state.mayRead(caller, compare.getKey(), compare.getRangeEnd());
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return check(txn.getSuccessList(), keysOf).or(() -> check(txn.getFailureList(), keysOf));
    }

    private Optional<EtcdError> check(List<RequestOp> ops, LongFunction<? extends Collection<ByteString>> keysOf) {
        for (RequestOp op : ops) {
            Optional<EtcdError> refusal =
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> check(op.getRequestRange());
                        case REQUEST_PUT -> check(op.getRequestPut(), keysOf);
                        case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
                        case REQUEST_TXN -> checkEach(op.getRequestTxn(), keysOf);
                        case REQUEST_NOT_SET -> Optional.empty();
                    };
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** Of a lease's keys; who shows no user is told of none, not even that there are none. */
    public Optional<EtcdError> mayBeToldOf(Collection<ByteString> keys) {
        if (state.enabled() && caller.isNobody()) {
            return Optional.of(EtcdError.USER_EMPTY);
        }
        return keys.stream()
                .flatMap(key -> state.mayRead(caller, key, ByteString.EMPTY).stream())
                .findFirst();
    }

    /** Whoever ends a lease deletes its keys. */
    public Optional<EtcdError> mayWriteAll(Collection<ByteString> keys) {
        for (ByteString key : keys) {
            Optional<EtcdError> refused = state.mayWrite(caller, key, ByteString.EMPTY);
            if (refused.isPresent()) {
                return refused;
            }
        }
        return Optional.empty();
    }
}
