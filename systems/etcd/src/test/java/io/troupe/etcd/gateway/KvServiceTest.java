package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.options.GetOption;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.members.MemberIds;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

@OnEachEngine
class KvServiceTest {

    @Parameter
    private String engine;

    private static SoloNode node;
    private static ManagedChannel channel;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeParameterizedClassInvocation
    static void start(String engine) {
        node = new SoloNode(engine, "");
        channel = node.connect();
        kv = KVGrpc.newBlockingStub(channel);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private static PutRequest put(String key, String value) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8(value))
                .build();
    }

    private static RangeRequest get(String key) {
        return RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    @Test
    void whatIsPutCanBeReadWithItsRevisionsAndVersion() {
        long first = kv.put(put("kv/a", "1")).getHeader().getRevision();
        var second = kv.put(put("kv/a", "2").toBuilder().setPrevKv(true).build());

        assertThat(second.getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
        assertThat(second.getHeader().getRevision()).isEqualTo(first + 1);
        var read = kv.range(get("kv/a"));
        assertThat(read.getCount()).isEqualTo(1);
        assertThat(read.getKvs(0).getValue().toStringUtf8()).isEqualTo("2");
        assertThat(read.getKvs(0).getVersion()).isEqualTo(2);
        assertThat(read.getKvs(0).getCreateRevision()).isEqualTo(first);
        assertThat(read.getKvs(0).getModRevision()).isEqualTo(first + 1);
        assertThat(read.getHeader().getClusterId()).isNotZero();
        assertThat(read.getHeader().getMemberId()).isEqualTo(MemberIds.member(SoloNode.NODE));
        assertThat(read.getHeader().getRaftTerm())
                .isPositive()
                .isEqualTo(second.getHeader().getRaftTerm());
    }

    @Test
    void aStrangersClientPutsGetsAndDeletes() throws Exception {
        try (var client =
                Client.builder().endpoints("http://127.0.0.1:" + node.port()).build()) {
            var key = io.etcd.jetcd.ByteSequence.from("jetcd/a", java.nio.charset.StandardCharsets.UTF_8);
            var prefix = io.etcd.jetcd.ByteSequence.from("jetcd/", java.nio.charset.StandardCharsets.UTF_8);
            client.getKVClient().put(key, key).get(60, TimeUnit.SECONDS);
            var found = client.getKVClient()
                    .get(prefix, GetOption.builder().isPrefix(true).build())
                    .get(60, TimeUnit.SECONDS);
            assertThat(found.getKvs()).singleElement().satisfies(kv -> assertThat(kv.getValue())
                    .isEqualTo(key));
            assertThat(client.getKVClient()
                            .delete(key)
                            .get(60, TimeUnit.SECONDS)
                            .getDeleted())
                    .isEqualTo(1);
        }
    }

    @Test
    void aTransactionIsNestedNoDeeperThanItsAnswerCanBeRead() {
        var txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestPut(put("nested", "1")))
                .addSuccess(RequestOp.newBuilder().setRequestRange(get("nested")))
                .build();
        for (int level = 0; level < 48; level++) {
            txn = TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestTxn(txn))
                    .build();
        }
        assertThat(kv.txn(txn).getSucceeded()).isTrue();
        var deeper = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestTxn(txn))
                .build();
        assertRefused(() -> kv.txn(deeper), EtcdError.TOO_MANY_OPS);
        assertThat(kv.range(get("nested")).getKvs(0).getVersion()).isEqualTo(1);
    }

    @Test
    void aTransactionTakesTheBranchItsComparesChoose() {
        kv.put(put("txn/a", "old"));
        var swap = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(copyFromUtf8("txn/a"))
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(copyFromUtf8("old")))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put("txn/a", "new")))
                .addFailure(RequestOp.newBuilder().setRequestRange(get("txn/a")))
                .build();

        assertThat(kv.txn(swap).getSucceeded()).isTrue();
        var lost = kv.txn(swap);
        assertThat(lost.getSucceeded()).isFalse();
        assertThat(lost.getResponses(0).getResponseRange().getKvs(0).getValue().toStringUtf8())
                .isEqualTo("new");
    }

    @Test
    void aRevisionThatWasCompactedOrIsYetToComeIsRefusedInEtcdsWords() {
        kv.put(put("rev/a", "1"));
        long revision = kv.put(put("rev/a", "2")).getHeader().getRevision();
        assertThat(kv.range(get("rev/a").toBuilder().setRevision(revision - 1).build())
                        .getKvs(0)
                        .getValue()
                        .toStringUtf8())
                .isEqualTo("1");

        kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());

        assertRefused(
                () -> kv.range(
                        get("rev/a").toBuilder().setRevision(revision - 1).build()),
                EtcdError.COMPACTED);
        assertRefused(
                () -> kv.range(get("rev/a").toBuilder()
                        .setRevision(revision + 1_000_000)
                        .build()),
                EtcdError.FUTURE_REVISION);
        assertRefused(
                () -> kv.compact(
                        CompactionRequest.newBuilder().setRevision(revision).build()),
                EtcdError.COMPACTED);
    }

    @Test
    void badRequestsAreRefusedWithEtcdsCodesAndMessages() {
        assertRefused(() -> kv.range(RangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
        assertRefused(() -> kv.put(PutRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
        assertRefused(() -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance()), EtcdError.EMPTY_KEY);
        assertRefused(() -> kv.range(get("a").toBuilder().setSortOrderValue(9).build()), EtcdError.INVALID_SORT_OPTION);
        assertRefused(
                () -> kv.put(put("a", "b").toBuilder().setIgnoreValue(true).build()), EtcdError.VALUE_PROVIDED);
        assertRefused(
                () -> kv.put(put("bad/lease", "b").toBuilder().setLease(77).build()), EtcdError.LEASE_NOT_FOUND);
        var twice = RequestOp.newBuilder().setRequestPut(put("a", "b"));
        assertRefused(
                () -> kv.txn(TxnRequest.newBuilder()
                        .addSuccess(twice)
                        .addSuccess(twice)
                        .build()),
                EtcdError.DUPLICATE_KEY);
    }

    @Test
    void aRequestBeyondTheLimitIsRefusedAndTheServerGoesOn() {
        var tooLarge = PutRequest.newBuilder()
                .setKey(copyFromUtf8("big"))
                .setValue(ByteString.copyFrom(new byte[1600 * 1024]))
                .build();
        var farTooLarge = tooLarge.toBuilder()
                .setValue(ByteString.copyFrom(new byte[4 << 20]))
                .build();

        assertRefused(() -> kv.put(tooLarge), EtcdError.REQUEST_TOO_LARGE);
        assertThatThrownBy(() -> kv.put(farTooLarge)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(e.getStatus().getDescription()).contains("exceeds maximum size 2097152");
        });
        assertThat(kv.put(put("big", "small")).getHeader().getRevision()).isPositive();
    }

    /** On a machine of two processors each ask used to begin one. */
    @Test
    void aCallBeginsNoThread() {
        kv.put(put("threads", "warm"));
        var threads = java.lang.management.ManagementFactory.getThreadMXBean();
        long before = threads.getTotalStartedThreadCount();
        for (int i = 0; i < 300; i++) {
            kv.put(put("threads", "" + i));
        }
        assertThat(threads.getTotalStartedThreadCount() - before).isLessThan(100);
    }

    @Test
    void theStoresSizeIsThatOfItsFileAndNeverZero() throws Exception {
        try (SoloNode empty = new SoloNode(engine, "")) {
            var channel = empty.connect();
            try {
                var maintenance = MaintenanceGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .withDeadlineAfter(30, TimeUnit.SECONDS);
                var before = maintenance.status(StatusRequest.getDefaultInstance());
                assertThat(before.getDbSize()).isGreaterThan(0).isLessThan(64 << 10);
                assertThat(before.getDbSizeInUse()).isGreaterThan(0).isLessThanOrEqualTo(before.getDbSize());
                KVGrpc.newBlockingStub(channel)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .setValue(ByteString.copyFrom(new byte[1_000]))
                                .build());
                assertThat(maintenance
                                .status(StatusRequest.getDefaultInstance())
                                .getDbSize())
                        .isGreaterThanOrEqualTo(before.getDbSize() + 1_000);
            } finally {
                SoloNode.disconnect(channel);
            }
        }
    }
}
