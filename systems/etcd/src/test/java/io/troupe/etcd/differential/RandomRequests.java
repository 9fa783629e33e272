package io.troupe.etcd.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import java.util.SplittableRandom;

/** Requests of every kind on a few keys and leases, most of them sound. */
final class RandomRequests {

    private static final int KEYS = 8;
    private static final int LEASES = 3;
    private static final int OPS_MAX = 128;
    private static final ByteString NO_END = ByteString.copyFrom(new byte[] {0});

    private final SplittableRandom random;
    /** Roughly the present revision, so that reads and compactions name ones that matter. */
    private long present = 1;

    private boolean deletesToTheEnd;

    RandomRequests(long seed) {
        random = new SplittableRandom(seed);
    }

    void presentIs(long revision) {
        present = Math.max(present, revision);
    }

    Message next() {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> put();
            case 4, 5 -> delete();
            case 6, 7, 8, 9 -> range();
            case 10, 11, 12 -> rarely() ? manyReads() : txn();
            case 13 -> rarely() ? lease() : grant();
            case 14 ->
                switch (random.nextInt(8)) {
                    case 0, 1 ->
                        LeaseRevokeRequest.newBuilder().setID(leaseId()).build();
                    case 2 -> HashKVRequest.newBuilder().setRevision(revision()).build();
                    default -> sorted();
                };
            default ->
                random.nextInt(4) == 0
                        ? CompactionRequest.newBuilder()
                                .setRevision(present - random.nextInt(40) + 2)
                                .setPhysical(true) // A real etcd's hash is not settled before.
                                .build()
                        : put();
        };
    }

    private ByteString key() {
        if (random.nextInt(40) == 0) {
            return ByteString.EMPTY;
        }
        byte[] key = {'k', (byte) ('a' + random.nextInt(KEYS))};
        return ByteString.copyFrom(key, 0, random.nextInt(12) == 0 ? 1 : 2);
    }

    private ByteString end() {
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> ByteString.EMPTY;
            case 3 -> NO_END;
            case 4 -> ByteString.copyFromUtf8("l");
            default -> key();
        };
    }

    /** One that is never granted, now and then. */
    private long leaseId() {
        return rarely() ? -7 : 1 + random.nextInt(LEASES);
    }

    private LeaseGrantRequest grant() {
        return LeaseGrantRequest.newBuilder()
                .setID(1 + random.nextInt(LEASES))
                .setTTL(random.nextInt(20) == 0 ? 9_000_000_001L : 1000)
                .build();
    }

    private LeaseTimeToLiveRequest lease() {
        return LeaseTimeToLiveRequest.newBuilder()
                .setID(leaseId())
                .setKeys(random.nextBoolean())
                .build();
    }

    private boolean rarely() {
        return random.nextInt(8) == 0;
    }

    private long revision() {
        return switch (random.nextInt(30)) {
            case 0 -> -random.nextInt(4);
            case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> Math.max(0, present - random.nextInt(50) + 3);
            default -> 0;
        };
    }

    private PutRequest put() {
        var put = PutRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
        if (rarely()) {
            put.setIgnoreValue(true);
        }
        if (!put.getIgnoreValue() || rarely()) {
            put.setValue(ByteString.copyFromUtf8("v" + random.nextInt(20)));
        }
        if (rarely()) {
            put.setIgnoreLease(true);
        }
        if (random.nextInt(4) == 0 && (!put.getIgnoreLease() || rarely())) {
            put.setLease(leaseId());
        }
        return put.build();
    }

    private DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setPrevKv(random.nextBoolean())
                .build();
    }

    private RangeRequest range() {
        return anyRange().build();
    }

    private RangeRequest.Builder anyRange() {
        var range = RangeRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setRevision(revision())
                .setLimit(random.nextInt(3) == 0 ? random.nextInt(6) - 1 : 0)
                .setKeysOnly(rarely())
                .setCountOnly(rarely())
                .setSerializable(random.nextBoolean());
        if (random.nextInt(3) == 0) {
            // Keys have no ties; in what order etcd puts equals is left to its sort.
            range.setSortTarget(RangeRequest.SortTarget.KEY);
            range.setSortOrderValue(random.nextInt(3));
        }
        if (rarely()) {
            range.setMinModRevision(present - random.nextInt(30));
        }
        if (rarely()) {
            range.setMaxModRevision(present - random.nextInt(30));
        }
        if (rarely()) {
            range.setMinCreateRevision(present - random.nextInt(30));
        }
        if (rarely()) {
            range.setMaxCreateRevision(present - random.nextInt(30));
        }
        return range;
    }

    /** By any target, in any order. */
    private RangeRequest sorted() {
        return anyRange()
                .setSortTargetValue(random.nextInt(5))
                .setSortOrderValue(random.nextInt(3))
                .build();
    }

    /** About as many as a transaction may have. */
    private TxnRequest manyReads() {
        var txn = TxnRequest.newBuilder();
        for (int i = OPS_MAX - 1 + random.nextInt(3); i > 0; i--) {
            txn.addSuccess(RequestOp.newBuilder().setRequestRange(range()));
        }
        return txn.build();
    }

    /** From a revision on that may be compacted. */
    WatchCreateRequest watch() {
        var watch = WatchCreateRequest.newBuilder()
                .setKey(key())
                .setRangeEnd(end())
                .setPrevKv(random.nextBoolean())
                .setStartRevision(1 + random.nextLong(present));
        if (random.nextInt(3) == 0) {
            watch.addFiltersValue(random.nextInt(2));
        }
        return watch.build();
    }

    private Compare compare() {
        var compare = Compare.newBuilder()
                .setKey(key())
                .setResultValue(random.nextInt(4))
                .setRangeEnd(rarely() ? end() : ByteString.EMPTY);
        switch (random.nextInt(6)) {
            case 5 -> compare.setTargetValue(random.nextInt(7)).setVersion(random.nextInt(3));
            case 0 ->
                compare.setTarget(Compare.CompareTarget.VALUE)
                        .setValue(ByteString.copyFromUtf8("v" + random.nextInt(20)));
            case 1 -> compare.setTarget(Compare.CompareTarget.VERSION).setVersion(random.nextInt(3));
            case 2 ->
                compare.setTarget(Compare.CompareTarget.CREATE)
                        .setCreateRevision(random.nextBoolean() ? 0 : present - random.nextInt(20));
            case 3 ->
                compare.setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(random.nextBoolean() ? 0 : present - random.nextInt(20));
            default ->
                compare.setTargetValue(4)
                        .setUnknownFields(UnknownFieldSet.newBuilder()
                                .addField(
                                        8,
                                        UnknownFieldSet.Field.newBuilder()
                                                .addVarint(random.nextInt(3))
                                                .build())
                                .build());
        }
        return compare.build();
    }

    private TxnRequest txn() {
        deletesToTheEnd = random.nextBoolean();
        return txn(2);
    }

    /**
     * A real etcd ends ("unexpected error during txn") when a put is to keep what the same transaction has deleted, and does not
     * see it beforehand where that had no end.
     */
    private PutRequest putInTxn() {
        return deletesToTheEnd
                ? put().toBuilder().clearIgnoreValue().clearIgnoreLease().build()
                : put();
    }

    private DeleteRangeRequest deleteInTxn() {
        DeleteRangeRequest delete = delete();
        return deletesToTheEnd || !delete.getRangeEnd().equals(NO_END)
                ? delete
                : delete.toBuilder().clearRangeEnd().build();
    }

    private TxnRequest txn(int depth) {
        var txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compare());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(operation(depth));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addFailure(operation(depth));
        }
        return txn.build();
    }

    private RequestOp operation(int depth) {
        var operation = RequestOp.newBuilder();
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> operation.setRequestPut(putInTxn()).build();
            case 4 -> operation.setRequestDeleteRange(deleteInTxn()).build();
            case 5, 6, 7 -> operation.setRequestRange(range()).build();
            case 8 ->
                depth > 0
                        ? operation.setRequestTxn(txn(depth - 1)).build()
                        : operation.setRequestRange(range()).build();
            default ->
                rarely()
                        ? operation.build()
                        : operation.setRequestPut(putInTxn()).build();
        };
    }
}
