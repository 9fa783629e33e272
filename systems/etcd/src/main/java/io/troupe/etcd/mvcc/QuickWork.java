package io.troupe.etcd.mvcc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.auth.Caller;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.pekko.util.ByteString;

/**
 * Which commands and queries are quick whatever the store holds: those of single keys, as most are. A range may be of all keys,
 * and a lease may have as many.
 */
final class QuickWork {

    /** Compares and operations of a quick transaction, nested ones with it: as many as etcd takes by default. */
    private static final int OPS_MAX = 128;

    private int room = OPS_MAX;

    private QuickWork() {}

    static boolean isCommand(ByteString command) {
        try {
            ByteBuffer body = ByteBuffer.wrap(command.toArrayUnsafe());
            return switch (tag(body, Commands.AS_CALLER)) {
                case Commands.PUT, Commands.LEASE_GRANT -> true;
                case Commands.DELETE_RANGE ->
                    DeleteRangeRequest.parseFrom(body).getRangeEnd().isEmpty();
                case Commands.TXN -> new QuickWork().isTxn(TxnRequest.parseFrom(body));
                default -> false;
            };
        } catch (InvalidProtocolBufferException | BufferUnderflowException e) {
            return true; // It is refused.
        }
    }

    static boolean isQuery(ByteString query) {
        try {
            ByteBuffer body = ByteBuffer.wrap(query.toArrayUnsafe());
            return switch (tag(body, Queries.AS_CALLER)) {
                case Queries.RANGE -> RangeRequest.parseFrom(body).getRangeEnd().isEmpty();
                case Queries.TXN -> new QuickWork().isTxn(TxnRequest.parseFrom(body));
                case Queries.LEASE, Queries.LESSOR, Queries.STATUS, Queries.ALARMS, Queries.IMPORT -> true;
                default -> false;
            };
        } catch (InvalidProtocolBufferException | BufferUnderflowException e) {
            return true; // It is refused.
        }
    }

    /** Leaves {@code body} after it. */
    private static byte tag(ByteBuffer body, byte asCaller) {
        byte tag = body.get();
        if (tag != asCaller) {
            return tag;
        }
        Caller.unwrap(body);
        return body.get();
    }

    private boolean isTxn(TxnRequest txn) {
        room -= txn.getCompareCount() + txn.getSuccessCount() + txn.getFailureCount();
        return room >= 0
                && txn.getCompareList().stream().map(Compare::getRangeEnd).allMatch(end -> end.isEmpty())
                && areOps(txn.getSuccessList())
                && areOps(txn.getFailureList());
    }

    private boolean areOps(List<RequestOp> ops) {
        return ops.stream().allMatch(op -> switch (op.getRequestCase()) {
            case REQUEST_RANGE -> op.getRequestRange().getRangeEnd().isEmpty();
            case REQUEST_DELETE_RANGE ->
                op.getRequestDeleteRange().getRangeEnd().isEmpty();
            case REQUEST_TXN -> isTxn(op.getRequestTxn());
            default -> true;
        });
    }
}
