package io.troupe.etcd.concurrency;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;

/** The requests that locks and elections are made of. */
public final class Claims {

    private Claims() {}

    /** What the keys of all who contend for a name begin with. */
    static ByteString prefix(ByteString name) {
        return name.concat(ByteString.copyFromUtf8("/"));
    }

    /** As Go writes the number: with its sign. */
    static ByteString key(ByteString prefix, long lease) {
        return prefix.concat(ByteString.copyFromUtf8(Long.toString(lease, 16)));
    }

    /** The first key that does not begin so; a prefix of a claim ends in '/', which has a successor. */
    static ByteString endOf(ByteString prefix) {
        byte[] end = prefix.toByteArray();
        end[end.length - 1]++;
        return ByteString.copyFrom(end);
    }

    static RangeRequest get(ByteString key) {
        return RangeRequest.newBuilder().setKey(key).build();
    }

    /** Who holds: the oldest key. */
    public static RangeRequest oldest(ByteString name) {
        return first(prefix(name), RangeRequest.SortOrder.ASCEND, 0);
    }

    private static RangeRequest first(ByteString prefix, RangeRequest.SortOrder order, long createdAtMost) {
        return RangeRequest.newBuilder()
                .setKey(prefix)
                .setRangeEnd(endOf(prefix))
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setSortOrder(order)
                .setMaxCreateRevision(createdAtMost)
                .setLimit(1)
                .build();
    }

    /** The youngest key that is older than {@code revision}. */
    static RangeRequest before(ByteString prefix, long revision) {
        return first(prefix, RangeRequest.SortOrder.DESCEND, revision - 1);
    }

    /** Takes a place, unless there is one; tells of it, and of who holds. */
    static TxnRequest takePlace(ByteString prefix, ByteString key, ByteString value, long lease) {
        var holder = RequestOp.newBuilder().setRequestRange(first(prefix, RangeRequest.SortOrder.ASCEND, 0));
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, 0))
                .addSuccess(put(key, value, lease))
                .addSuccess(holder)
                .addFailure(RequestOp.newBuilder().setRequestRange(get(key)))
                .addFailure(holder)
                .build();
    }

    /** Another value, if the key is still that one. */
    public static TxnRequest proclaim(ByteString key, long createdAt, ByteString value, long lease) {
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, createdAt))
                .addSuccess(put(key, value, lease))
                .build();
    }

    /** Gives the place up, if the key is still that one. */
    public static TxnRequest resign(ByteString key, long createdAt) {
        return TxnRequest.newBuilder()
                .addCompare(createdAt(key, createdAt))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)))
                .build();
    }

    private static Compare createdAt(ByteString key, long revision) {
        return Compare.newBuilder()
                .setKey(key)
                .setTarget(Compare.CompareTarget.CREATE)
                .setResult(Compare.CompareResult.EQUAL)
                .setCreateRevision(revision)
                .build();
    }

    private static RequestOp put(ByteString key, ByteString value, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease))
                .build();
    }
}
