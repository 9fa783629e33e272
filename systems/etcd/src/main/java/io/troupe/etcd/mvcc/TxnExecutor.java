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
import java.util.List;
import java.util.Optional;

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

        Optional<EtcdError> checkPuts(MvccStore store) {
            for (RequestOp op : ops) {
                Optional<EtcdError> error = op.hasRequestPut() ? check(store, op.getRequestPut()) : Optional.empty();
                if (error.isPresent()) {
                    return error;
                }
            }
            return nested.stream()
                    .map(plan -> plan.checkPuts(store))
                    .flatMap(Optional::stream)
                    .findFirst();
        }

        Optional<EtcdError> checkRanges(MvccStore store) {
            for (RequestOp op : ops) {
                Optional<EtcdError> error = op.hasRequestRange()
                        ? store.mayRead(op.getRequestRange().getRevision(), store.revision())
                        : Optional.empty();
                if (error.isPresent()) {
                    return error;
                }
            }
            return nested.stream()
                    .map(plan -> plan.checkRanges(store))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
    }

    private TxnExecutor() {}

    /** A put names a lease that exists, and keeps an old value or lease only where there is one. */
    static Optional<EtcdError> check(MvccStore store, PutRequest put) {
        if (put.getLease() != 0 && !store.leases().contains(put.getLease())) {
            return Optional.of(EtcdError.LEASE_NOT_FOUND);
        }
        boolean needsPrevious = put.getIgnoreValue() || put.getIgnoreLease();
        return needsPrevious && store.live(put.getKey()) == null
                ? Optional.of(EtcdError.KEY_NOT_FOUND)
                : Optional.empty();
    }

    static PutResponse put(MvccStore store, MvccStore.WriteTxn txn, PutRequest put) {
        Entry previous = store.live(put.getKey());
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
