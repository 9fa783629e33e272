package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.auth.Caller;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

class QuickWorkTest {

    private static final RequestOp PUT = RequestOp.newBuilder()
            .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("a")))
            .build();

    private static RangeRequest range(String end) {
        return RangeRequest.newBuilder()
                .setKey(copyFromUtf8("a"))
                .setRangeEnd(copyFromUtf8(end))
                .build();
    }

    private static DeleteRangeRequest delete(String end) {
        return DeleteRangeRequest.newBuilder()
                .setKey(copyFromUtf8("a"))
                .setRangeEnd(copyFromUtf8(end))
                .build();
    }

    private static TxnRequest then(RequestOp... ops) {
        return TxnRequest.newBuilder().addAllSuccess(java.util.List.of(ops)).build();
    }

    private static TxnRequest within(TxnRequest txn) {
        return TxnRequest.newBuilder()
                .addFailure(RequestOp.newBuilder().setRequestTxn(txn))
                .build();
    }

    private static TxnRequest comparing(String end) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder().setKey(copyFromUtf8("a")).setRangeEnd(copyFromUtf8(end)))
                .build();
    }

    private static boolean isCommand(ByteString command) {
        boolean quick = QuickWork.isCommand(command);
        assertThat(QuickWork.isCommand(Commands.as(new Caller("root", 1), command)))
                .as("in a user's name")
                .isEqualTo(quick);
        return quick;
    }

    private static boolean isQuery(ByteString query) {
        boolean quick = QuickWork.isQuery(query);
        assertThat(QuickWork.isQuery(Queries.as(new Caller("root", 1), query)))
                .as("in a user's name")
                .isEqualTo(quick);
        return quick;
    }

    @Test
    void whatIsOfOneKeyIs() {
        assertThat(isCommand(Commands.put(PUT.getRequestPut()))).isTrue();
        assertThat(isCommand(Commands.deleteRange(delete("")))).isTrue();
        assertThat(isQuery(Queries.range(range("")))).isTrue();
    }

    @Test
    void whatMayBeOfAllKeysIsNot() {
        assertThat(isCommand(Commands.deleteRange(delete("b")))).isFalse();
        assertThat(isQuery(Queries.range(range("b")))).isFalse();
        assertThat(isCommand(Commands.leaseRevoke(LeaseRevokeRequest.getDefaultInstance())))
                .isFalse();
    }

    @Test
    void aTransactionIsWhenAllThatItMayDoIs() {
        var deleteAll =
                RequestOp.newBuilder().setRequestDeleteRange(delete("b")).build();
        var rangeAll = RequestOp.newBuilder().setRequestRange(range("b")).build();
        assertThat(isCommand(Commands.txn(then(PUT, PUT)))).isTrue();
        assertThat(isCommand(Commands.txn(within(then(PUT))))).isTrue();
        assertThat(isCommand(Commands.txn(comparing("")))).isTrue();
        assertThat(isCommand(Commands.txn(then(PUT, deleteAll)))).isFalse();
        assertThat(isCommand(Commands.txn(within(then(rangeAll))))).isFalse();
        assertThat(isCommand(Commands.txn(comparing("b")))).isFalse();
        assertThat(isQuery(Queries.txn(then(rangeAll)))).isFalse();
    }

    @Test
    void aTransactionOfManyOperationsIsNotHoweverTheyAreNested() {
        var many = new RequestOp[100];
        java.util.Arrays.fill(many, PUT);
        assertThat(isCommand(Commands.txn(then(many)))).isTrue();
        var twice = RequestOp.newBuilder().setRequestTxn(then(many)).build();
        assertThat(isCommand(Commands.txn(then(twice, twice)))).isFalse();
    }

    @Test
    void whatWillBeRefusedIs() {
        assertThat(QuickWork.isCommand(ByteString.emptyByteString())).isTrue();
        assertThat(QuickWork.isCommand(ByteString.fromArrayUnsafe(new byte[] {Commands.TXN, -1})))
                .isTrue();
        assertThat(QuickWork.isQuery(ByteString.fromArrayUnsafe(new byte[] {Queries.AS_CALLER, 1})))
                .isTrue();
    }
}
