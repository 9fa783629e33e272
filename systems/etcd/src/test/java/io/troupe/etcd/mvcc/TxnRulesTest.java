package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.EtcdError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TxnRulesTest {

    private static final int OPS_MAX = 128;

    private static RequestOp put(String key) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8(key)))
                .build();
    }

    private static RequestOp delete(String from, String to) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(copyFromUtf8(from))
                        .setRangeEnd(copyFromUtf8(to)))
                .build();
    }

    private static RequestOp get(String key) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(copyFromUtf8(key)))
                .build();
    }

    private static RequestOp nested(TxnRequest.Builder txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static TxnRequest.Builder then(RequestOp... ops) {
        return TxnRequest.newBuilder().addAllSuccess(java.util.List.of(ops));
    }

    @Test
    void aKeyIsPutOnceInABranch() {
        assertThat(TxnRules.check(then(put("a"), put("a")).build())).contains(EtcdError.DUPLICATE_KEY);
        assertThat(TxnRules.check(then(put("a"), put("b")).build())).isEmpty();
        assertThat(TxnRules.check(then(put("a")).addFailure(put("a")).build())).isEmpty();
    }

    @Test
    void aKeyIsNotBothPutAndDeleted() {
        assertThat(TxnRules.check(then(delete("a", "c"), put("b")).build())).contains(EtcdError.DUPLICATE_KEY);
        assertThat(TxnRules.check(then(put("b"), delete("b", "")).build())).contains(EtcdError.DUPLICATE_KEY);
        assertThat(TxnRules.check(then(put("c"), delete("a", "c")).build())).isEmpty();
        assertThat(TxnRules.check(then(delete("a", "c"), delete("b", "d")).build()))
                .isEmpty();
    }

    @Test
    void nestedTransactionsCountWithTheirParent() {
        assertThat(TxnRules.check(then(put("a"), nested(then(put("a")))).build()))
                .contains(EtcdError.DUPLICATE_KEY);
        assertThat(TxnRules.check(
                        then(nested(then(put("a"))), nested(then(put("a")))).build()))
                .contains(EtcdError.DUPLICATE_KEY);
        assertThat(TxnRules.check(then(delete("a", "b"), nested(then(put("a")))).build()))
                .contains(EtcdError.DUPLICATE_KEY);
    }

    @Test
    void theBranchesOfOneNestedTransactionExcludeEachOther() {
        assertThat(TxnRules.check(
                        then(nested(then(put("a")).addFailure(put("a")))).build()))
                .isEmpty();
    }

    @Test
    void rangesThatOverlapOrTouchAreDeletedTogether() {
        RequestOp[] deletes = {delete("m", "p"), delete("c", "e"), delete("e", "g"), delete("d", "f"), delete("x", "\0")
        };
        for (String key : new String[] {"c", "d", "e", "f", "m", "o"}) {
            assertThat(TxnRules.check(then(deletes).addSuccess(put(key)).build()))
                    .as(key)
                    .contains(EtcdError.DUPLICATE_KEY);
        }
        for (String key : new String[] {"b", "g", "l", "p", "x", "y"}) {
            assertThat(TxnRules.check(then(deletes).addSuccess(put(key)).build()))
                    .as(key)
                    .isEmpty();
        }
        assertThat(TxnRules.check(
                        then(delete("a", "z"), delete("c", "d"), put("y")).build()))
                .contains(EtcdError.DUPLICATE_KEY);
    }

    /** Each of 1.5 MiB can have so many, in nested transactions, and every replica judges it before it goes on. */
    @Test
    @Timeout(10)
    void aHundredThousandOperationsAreJudgedAtOnce() {
        var many = TxnRequest.newBuilder();
        for (int i = 0; i < 50_000; i++) {
            many.addSuccess(put("p" + i)).addSuccess(delete("d" + i, ""));
        }
        assertThat(TxnRules.check(many.build())).isEmpty();
        assertThat(TxnRules.check(then(nested(many), put("d7")).build())).contains(EtcdError.DUPLICATE_KEY);
    }

    @Test
    void operationsAreCountedThroughTheLevels() {
        var full = TxnRequest.newBuilder();
        for (int i = 0; i < OPS_MAX; i++) {
            full.addSuccess(get("k" + i));
        }
        assertThat(TxnRules.check(full.build(), OPS_MAX)).isEmpty();
        assertThat(TxnRules.check(full.clone().addSuccess(get("k")).build(), OPS_MAX))
                .contains(EtcdError.TOO_MANY_OPS);
        assertThat(TxnRules.check(then(nested(full)).build(), OPS_MAX)).contains(EtcdError.TOO_MANY_OPS);
    }

    @Test
    void emptyKeysAndOperationsAreRefused() {
        assertThat(TxnRules.check(TxnRequest.newBuilder()
                        .addCompare(Compare.getDefaultInstance())
                        .build()))
                .contains(EtcdError.EMPTY_KEY);
        assertThat(TxnRules.check(then(put("")).build())).contains(EtcdError.EMPTY_KEY);
        assertThat(TxnRules.check(then(RequestOp.getDefaultInstance()).build())).contains(EtcdError.KEY_NOT_FOUND);
    }

    @Test
    void onlyReadsMakeAReadOnlyTransaction() {
        assertThat(TxnRules.isReadOnly(then(get("a")).build())).isTrue();
        assertThat(TxnRules.isReadOnly(then(get("a")).addFailure(put("a")).build()))
                .isFalse();
        assertThat(TxnRules.isReadOnly(then(nested(then(get("a")))).build())).isFalse();
    }
}
