package io.troupe.etcd.mvcc;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.EtcdError;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What a request may ask for, decided from the request alone, before it is proposed (etcd's v3rpc layer). */
public final class TxnRules {

    private TxnRules() {}

    public static Optional<EtcdError> check(RangeRequest request) {
        if (request.getKey().isEmpty()) {
            return Optional.of(EtcdError.EMPTY_KEY);
        }
        boolean unknownSort = request.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
                || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED;
        return unknownSort ? Optional.of(EtcdError.INVALID_SORT_OPTION) : Optional.empty();
    }

    public static Optional<EtcdError> check(PutRequest request) {
        if (request.getKey().isEmpty()) {
            return Optional.of(EtcdError.EMPTY_KEY);
        }
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            return Optional.of(EtcdError.VALUE_PROVIDED);
        }
        return request.getIgnoreLease() && request.getLease() != 0
                ? Optional.of(EtcdError.LEASE_PROVIDED)
                : Optional.empty();
    }

    public static Optional<EtcdError> check(DeleteRangeRequest request) {
        return request.getKey().isEmpty() ? Optional.of(EtcdError.EMPTY_KEY) : Optional.empty();
    }

    /** Nested ones: what they answer can still be read then, as protobuf nests messages a hundred deep at most. */
    static final int LEVELS_MAX = 48;

    /** Without limits: those are for the member that took the request to set. */
    public static Optional<EtcdError> check(TxnRequest request) {
        return check(request, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** @param opsMax operations in one branch, or compares; nested ones share it */
    public static Optional<EtcdError> check(TxnRequest request, int opsMax) {
        return check(request, opsMax, LEVELS_MAX);
    }

    private static Optional<EtcdError> check(TxnRequest request, int opsMax, int levelsMax) {
        return checkOps(request, opsMax, levelsMax)
                .or(() -> checkOverlaps(request.getSuccessList(), new Touched()))
                .or(() -> checkOverlaps(request.getFailureList(), new Touched()));
    }

    /** A transaction of nothing but reads needs no place in the log. */
    public static boolean isReadOnly(TxnRequest request) {
        return request.getSuccessList().stream().allMatch(RequestOp::hasRequestRange)
                && request.getFailureList().stream().allMatch(RequestOp::hasRequestRange);
    }

    /** Whether any branch puts anything. */
    static boolean mayPut(TxnRequest request) {
        return mayPut(request.getSuccessList()) || mayPut(request.getFailureList());
    }

    private static boolean mayPut(List<RequestOp> ops) {
        return ops.stream().anyMatch(op -> op.hasRequestPut() || (op.hasRequestTxn() && mayPut(op.getRequestTxn())));
    }

    /** Whether a read-only transaction is content with this replica's state. */
    public static boolean isSerializable(TxnRequest request) {
        return request.getSuccessList().stream()
                        .allMatch(op -> op.getRequestRange().getSerializable())
                && request.getFailureList().stream()
                        .allMatch(op -> op.getRequestRange().getSerializable());
    }

    private static Optional<EtcdError> checkOps(TxnRequest request, int opsMax, int levelsMax) {
        int ops = Math.max(request.getCompareCount(), Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (ops > opsMax || levelsMax < 0) {
            return Optional.of(EtcdError.TOO_MANY_OPS);
        }
        for (Compare compare : request.getCompareList()) {
            if (compare.getKey().isEmpty()) {
                return Optional.of(EtcdError.EMPTY_KEY);
            }
        }
        return checkEach(request.getSuccessList(), opsMax - ops, levelsMax - 1)
                .or(() -> checkEach(request.getFailureList(), opsMax - ops, levelsMax - 1));
    }

    private static Optional<EtcdError> checkEach(List<RequestOp> ops, int opsMax, int levelsMax) {
        for (RequestOp op : ops) {
            Optional<EtcdError> error =
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> check(op.getRequestRange());
                        case REQUEST_PUT -> check(op.getRequestPut());
                        case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
                        case REQUEST_TXN -> checkOps(op.getRequestTxn(), opsMax, levelsMax);
                        case REQUEST_NOT_SET -> Optional.of(EtcdError.KEY_NOT_FOUND);
                    };
            if (error.isPresent()) {
                return error;
            }
        }
        return Optional.empty();
    }

    /** What a list of operations, nested ones included, may put and delete. */
    private static final class Touched {
        final TreeSet<ByteString> puts = new TreeSet<>(KeyRange.KEY_ORDER);
        final DeletedKeys deletes = new DeletedKeys();
    }

    /**
     * No key is put twice, nor put and deleted, by operations that may happen together: the branches of one nested
     * transaction exclude each other. Adds to {@code touched} what the operations touch.
     */
    private static Optional<EtcdError> checkOverlaps(List<RequestOp> ops, Touched touched) {
        for (RequestOp op : ops) {
            if (op.hasRequestDeleteRange()) {
                touched.deletes.add(op.getRequestDeleteRange());
            }
        }
        for (RequestOp op : ops) {
            if (op.hasRequestTxn()) {
                var then = new Touched();
                var otherwise = new Touched();
                Optional<EtcdError> error = checkOverlaps(op.getRequestTxn().getSuccessList(), then)
                        .or(() -> checkOverlaps(op.getRequestTxn().getFailureList(), otherwise));
                if (error.isPresent()) {
                    return error;
                }
                if (clashes(touched, then.puts, new TreeSet<>(KeyRange.KEY_ORDER))
                        || clashes(touched, otherwise.puts, then.puts)) {
                    return Optional.of(EtcdError.DUPLICATE_KEY);
                }
                touched.deletes.addAll(then.deletes);
                touched.deletes.addAll(otherwise.deletes);
            }
        }
        for (RequestOp op : ops) {
            if (op.hasRequestPut()) {
                ByteString key = op.getRequestPut().getKey();
                if (touched.deletes.contains(key) || !touched.puts.add(key)) {
                    return Optional.of(EtcdError.DUPLICATE_KEY);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean clashes(Touched touched, TreeSet<ByteString> puts, TreeSet<ByteString> excused) {
        for (ByteString key : puts) {
            if ((touched.puts.contains(key) && !excused.contains(key)) || touched.deletes.contains(key)) {
                return true;
            }
            touched.puts.add(key);
        }
        return false;
    }
}
