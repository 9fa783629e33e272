package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.DeleteRangeResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.troupe.etcd.EtcdError;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Carries out puts, deletes and transactions of them: first every guard of every level is judged against the
 * state before, then every operation that will happen is checked, and only then is anything changed.
 */
final class TxnExecutor {

    /** Which branch is taken, at this level and in the nested transactions of that branch, in order. */
    record Plan(boolean succeeded, List<RequestOp> ops, List<Plan> nested) {

        static Plan of(MvccStore store, TxnRequest request) {
            boolean succeeded = request.getCompareList().stream().allMatch(compare -> Compares.holds(store, compare));
            List<RequestOp> ops = succeeded ? request.getSuccessList() : request.getFailureList();
            List<Plan> nested = new ArrayList<>();
            for (RequestOp op : ops) {
                if (op.hasRequestTxn()) {
                    nested.add(of(store, op.getRequestTxn()));
                }
            }
            return new Plan(succeeded, ops, nested);
        }

        /** All puts are checked before any range is, as etcd 3.4 does: it decides which of several errors is told. */
        Optional<EtcdError> check(MvccStore store) {
            return firstError(op -> op.hasRequestPut() ? checkInTxn(store, op.getRequestPut()) : Optional.empty())
                    .or(() -> firstError(op -> op.hasRequestRange()
                            ? store.mayReadInTxn(op.getRequestRange().getRevision())
                            : Optional.empty()));
        }

        /** In the order of the operations, nested ones where their transaction stands. */
        private Optional<EtcdError> firstError(Function<RequestOp, Optional<EtcdError>> rule) {
            Iterator<Plan> plans = nested.iterator();
            for (RequestOp op : ops) {
                Optional<EtcdError> error = op.hasRequestTxn() ? plans.next().firstError(rule) : rule.apply(op);
                if (error.isPresent()) {
                    return error;
                }
            }
            return Optional.empty();
        }
    }

    private TxnExecutor() {}

    /** A put names a lease that exists, and keeps an old value or lease only where there is one. */
    static Optional<EtcdError> check(MvccStore store, PutRequest put) {
        return checkLease(store, put).or(() -> checkPrevious(store, put));
    }

    /** The same, in the order etcd has within a transaction. */
    private static Optional<EtcdError> checkInTxn(MvccStore store, PutRequest put) {
        return checkPrevious(store, put).or(() -> checkLease(store, put));
    }

    private static Optional<EtcdError> checkLease(MvccStore store, PutRequest put) {
        boolean unknown = put.getLease() != 0 && !store.leases().contains(put.getLease());
        return unknown ? Optional.of(EtcdError.LEASE_NOT_FOUND) : Optional.empty();
    }

    private static Optional<EtcdError> checkPrevious(MvccStore store, PutRequest put) {
        boolean needsPrevious = put.getIgnoreValue() || put.getIgnoreLease();
        return needsPrevious && store.live(put.getKey()) == null
                ? Optional.of(EtcdError.KEY_NOT_FOUND)
                : Optional.empty();
    }

    static PutResponse put(MvccStore store, MvccStore.WriteTxn txn, PutRequest put) {
        boolean looksBack = put.getIgnoreValue() || put.getIgnoreLease() || put.getPrevKv();
        Entry previous = looksBack ? store.live(put.getKey()) : null;
        ByteString value = put.getValue();
        long lease = put.getLease();
        if (previous != null) {
            value = put.getIgnoreValue() ? previous.value() : value;
            lease = put.getIgnoreLease() ? previous.lease() : lease;
        }
        txn.put(put.getKey(), value, lease);
        var response = PutResponse.newBuilder().setHeader(header(txn.revision()));
        if (put.getPrevKv() && previous != null) {
            response.setPrevKv(previous.toKeyValue());
        }
        return response.build();
    }

    static DeleteRangeResponse delete(MvccStore store, MvccStore.WriteTxn txn, DeleteRangeRequest delete) {
        KeyRange range = KeyRange.of(delete.getKey(), delete.getRangeEnd());
        var response = DeleteRangeResponse.newBuilder();
        if (delete.getPrevKv()) {
            store.find(range, txn.revision(), 0, false)
                    .entries()
                    .forEach(entry -> response.addPrevKvs(entry.toKeyValue()));
        }
        response.setDeleted(txn.deleteRange(range));
        return response.setHeader(header(txn.revision())).build();
    }

    /** Everything the plan says, in order. The caller has checked the plan. */
    static TxnResponse execute(MvccStore store, MvccStore.WriteTxn txn, Plan plan) {
        return executeLevel(store, txn, plan).setHeader(header(txn.revision())).build();
    }

    private static TxnResponse.Builder executeLevel(MvccStore store, MvccStore.WriteTxn txn, Plan plan) {
        var response =
                TxnResponse.newBuilder().setSucceeded(plan.succeeded()).setHeader(ResponseHeader.getDefaultInstance());
        int nested = 0;
        for (RequestOp op : plan.ops()) {
            var answer = ResponseOp.newBuilder();
            switch (op.getRequestCase()) {
                case REQUEST_RANGE ->
                    answer.setResponseRange(RangeReader.read(store, op.getRequestRange(), txn.revision()));
                case REQUEST_PUT -> answer.setResponsePut(put(store, txn, op.getRequestPut()));
                case REQUEST_DELETE_RANGE ->
                    answer.setResponseDeleteRange(delete(store, txn, op.getRequestDeleteRange()));
                case REQUEST_TXN ->
                    answer.setResponseTxn(executeLevel(store, txn, plan.nested().get(nested++)));
                case REQUEST_NOT_SET -> {}
            }
            response.addResponses(answer);
        }
        return response;
    }

    static ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }
}
