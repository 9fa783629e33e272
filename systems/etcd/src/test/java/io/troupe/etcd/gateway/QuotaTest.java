package io.troupe.etcd.gateway;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.troupe.etcd.RpcTypes.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.AlarmMember;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.members.MemberIds;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A member whose store is as large as its quota allows: what it still does, and how it is made to write again. */
@OnEachEngine
class QuotaTest {

    @Parameter
    private String engine;

    private static final int VALUE_BYTES = 1_000;
    private static final int QUOTA_BYTES = 16 * 1024;

    private SoloNode node;
    private ManagedChannel channel;
    private KVGrpc.KVBlockingStub kv;
    private MaintenanceGrpc.MaintenanceBlockingStub maintenance;

    @BeforeEach
    void start() {
        node = new SoloNode(engine, "troupe.etcd.quota-backend-bytes = " + QUOTA_BYTES);
        channel = node.connect();
        kv = KVGrpc.newBlockingStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private static PutRequest put(String key, int bytes) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8("v".repeat(bytes)))
                .build();
    }

    private static DeleteRangeRequest delete(String key) {
        return DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    /** How many puts the store takes until it refuses one. */
    private int fill() {
        for (int puts = 0; puts <= QUOTA_BYTES / VALUE_BYTES; puts++) {
            PutRequest next = put("k" + puts, VALUE_BYTES);
            try {
                kv.put(next);
            } catch (StatusRuntimeException e) {
                assertRefused(
                        () -> {
                            throw e;
                        },
                        EtcdError.NO_SPACE);
                return puts;
            }
        }
        throw new AssertionError("more was put than the quota allows, and nothing refused");
    }

    private List<AlarmMember> alarms(AlarmRequest.AlarmAction action) {
        var request = AlarmRequest.newBuilder().setAction(action);
        if (action == AlarmRequest.AlarmAction.DEACTIVATE) {
            request.setAlarm(AlarmType.NOSPACE).setMemberID(MemberIds.member(SoloNode.NODE));
        }
        return maintenance.alarm(request.build()).getAlarmsList();
    }

    @Test
    void aFullStoreRaisesTheAlarmAndRefusesWhatAddsToItButNotDeletes() {
        int taken = fill();
        assertThat(taken).isGreaterThan(QUOTA_BYTES / VALUE_BYTES / 2);
        assertThat(alarms(AlarmRequest.AlarmAction.GET))
                .containsExactly(AlarmMember.newBuilder()
                        .setAlarm(AlarmType.NOSPACE)
                        .setMemberID(MemberIds.member(SoloNode.NODE))
                        .build());

        assertRefused(() -> kv.put(put("small", 1)), EtcdError.NO_SPACE);
        var write = RequestOp.newBuilder().setRequestPut(put("small", 1));
        assertRefused(() -> kv.txn(TxnRequest.newBuilder().addSuccess(write).build()), EtcdError.NO_SPACE);
        assertRefused(
                () -> LeaseGrpc.newBlockingStub(channel)
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()),
                EtcdError.NO_SPACE);

        var read = RangeRequest.newBuilder().setKey(copyFromUtf8("k0")).build();
        assertThat(kv.range(read).getCount()).isEqualTo(1);
        assertThat(kv.deleteRange(delete("k0")).getDeleted()).isEqualTo(1);
        var deletion = RequestOp.newBuilder().setRequestDeleteRange(delete("k1"));
        var deleted = kv.txn(TxnRequest.newBuilder().addSuccess(deletion).build());
        assertThat(deleted.getResponses(0).getResponseDeleteRange().getDeleted())
                .isEqualTo(1);
    }

    @Test
    void whenHistoryIsCompactedAndTheAlarmDisarmedItWritesAgain() {
        fill();
        var all = DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("k")).setRangeEnd(copyFromUtf8("l"));
        long revision = kv.deleteRange(all.build()).getHeader().getRevision();
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
        assertRefused(() -> kv.put(put("early", 1)), EtcdError.NO_SPACE); // There is room, but the alarm stands.

        assertThat(alarms(AlarmRequest.AlarmAction.DEACTIVATE)).hasSize(1);
        assertThat(alarms(AlarmRequest.AlarmAction.GET)).isEmpty();
        assertThat(kv.put(put("k0", VALUE_BYTES)).getHeader().getRevision()).isEqualTo(revision + 1);
    }
}
