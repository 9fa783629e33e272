package io.troupe.etcd.auth;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestAccessTest {

    private static RequestOp put(String key, long lease) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setLease(lease))
                .build();
    }

    /** A lease can have a hundred thousand keys, and a transaction name it as often. */
    @Test
    void theKeysOfALeaseAreLookedAtOnceForAWholeTransaction() {
        var nested = TxnRequest.newBuilder().addSuccess(put("c", 7)).addFailure(put("d", 8));
        var txn = TxnRequest.newBuilder()
                .addSuccess(put("a", 7))
                .addSuccess(put("b", 7))
                .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                .addFailure(put("a", 8));
        List<Long> lookedAt = new ArrayList<>();
        var access = new RequestAccess(AuthState.INITIAL, Caller.NOBODY);
        assertThat(access.check(txn.build(), lease -> {
                    lookedAt.add(lease);
                    return List.of();
                }))
                .isEmpty();
        assertThat(lookedAt).containsExactly(7L, 8L);
    }
}
