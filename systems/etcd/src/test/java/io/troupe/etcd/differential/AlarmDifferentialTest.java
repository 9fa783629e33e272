package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.json.Curl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quota and alarms, at a real etcd and at this one. Skipped where no etcd is installed. */
class AlarmDifferentialTest {

    private static final String QUOTA = "" + (4 << 20);
    private static final int CORRUPT = 2;

    @TempDir
    Path folder;

    private RealEtcd real;
    private SoloNode ours;

    @BeforeEach
    void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder, "--quota-backend-bytes=" + QUOTA);
        ours = new SoloNode("troupe.etcd.quota-backend-bytes = " + QUOTA);
    }

    @AfterEach
    void stop() throws Exception {
        if (real != null) {
            ours.close();
            real.close();
        }
    }

    /** One server and what it told. */
    private static final class Server {
        final KVGrpc.KVBlockingStub kv;
        final LeaseGrpc.LeaseBlockingStub lease;
        final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
        final String self;
        final List<String> told = new ArrayList<>();

        Server(ManagedChannel channel) {
            kv = KVGrpc.newBlockingStub(channel);
            lease = LeaseGrpc.newBlockingStub(channel);
            maintenance = MaintenanceGrpc.newBlockingStub(channel);
            self = Long.toUnsignedString(kv.withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder().setKey(copyFromUtf8("k")).build())
                    .getHeader()
                    .getMemberId());
        }

        void ask(Supplier<? extends Message> call) {
            try {
                Message response = call.get();
                var field = response.getDescriptorForType().findFieldByName("header");
                var header = (ResponseHeader) response.getField(field);
                var bare = ResponseHeader.newBuilder().setRevision(header.getRevision());
                told.add(response.toBuilder()
                        .setField(field, bare.build())
                        .build()
                        .toString()
                        .replace(self, "SELF"));
            } catch (StatusRuntimeException e) {
                told.add(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
            }
        }

        void put(String key) {
            ask(() -> kv.put(PutRequest.newBuilder()
                    .setKey(copyFromUtf8(key))
                    .setValue(copyFromUtf8("v"))
                    .build()));
        }

        void txn(RequestOp.Builder then, RequestOp.Builder otherwise) {
            ask(() -> kv.txn(TxnRequest.newBuilder()
                    .addSuccess(then)
                    .addFailure(otherwise)
                    .build()));
        }

        void alarm(AlarmRequest.AlarmAction action, long member, int type) {
            ask(() -> maintenance.alarm(AlarmRequest.newBuilder()
                    .setAction(action)
                    .setMemberID(member)
                    .setAlarmValue(type)
                    .build()));
        }

        void everything(String key) {
            put(key);
            ask(() ->
                    kv.range(RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build()));
            txn(get(key), get(key));
            txn(delete(key), get(key));
            txn(delete(key), putOp(key));
            txn(putOp(key), get(key));
            ask(() -> lease.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(77).setTTL(100).build()));
            ask(() ->
                    lease.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(88).build()));
            ask(() -> kv.deleteRange(
                    DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(key)).build()));
            ask(() -> kv.compact(CompactionRequest.newBuilder().setRevision(2).build()));
            told.add("errors "
                    + maintenance
                            .status(StatusRequest.getDefaultInstance())
                            .getErrorsList()
                            .toString()
                            .replace(self, "SELF"));
        }

        /** Until there is no room for a value of a third of the quota. etcd learns its size only as it commits, each 100 ms. */
        void fill() {
            byte[] third = new byte[Integer.parseInt(QUOTA) / 3];
            var puts = new AtomicInteger();
            Awaitility.await("no space left")
                    .pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> {
                        ask(() -> kv.put(PutRequest.newBuilder()
                                .setKey(copyFromUtf8("fill" + puts.getAndIncrement()))
                                .setValue(ByteString.copyFrom(third))
                                .build()));
                        boolean refused = told.get(told.size() - 1).contains("space");
                        if (!refused) {
                            told.remove(told.size() - 1);
                        }
                        return refused;
                    });
        }
    }

    private static RequestOp.Builder get(String key) {
        return RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(copyFromUtf8(key)));
    }

    private static RequestOp.Builder putOp(String key) {
        return RequestOp.newBuilder().setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8(key)));
    }

    private static RequestOp.Builder delete(String key) {
        return RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(key)));
    }

    private interface Story {
        void tell(Server server);
    }

    private List<String> isToldAlike(Story story) throws Exception {
        List<List<String>> told = new ArrayList<>();
        for (ManagedChannel channel : List.of(real.connect(), ours.connect())) {
            try {
                var server = new Server(channel);
                story.tell(server);
                told.add(server.told);
            } finally {
                SoloNode.disconnect(channel);
            }
        }
        assertThat(told.get(1)).isEqualTo(told.get(0));
        return told.get(1);
    }

    @Test
    void alarmsRaisedByHandForMembersAreKeptByTypeAndEndOneByOne() throws Exception {
        isToldAlike(server -> {
            server.put("a");
            server.alarm(AlarmRequest.AlarmAction.GET, 0, 0);
            server.alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, 1);
            server.alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, 1);
            server.alarm(AlarmRequest.AlarmAction.GET, 0, 1);
            server.alarm(AlarmRequest.AlarmAction.GET, 5, CORRUPT);
            server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, 6, 1);
            server.everything("a");
            server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, 1);
            server.alarm(AlarmRequest.AlarmAction.GET, 0, 0);
            server.put("b");
        });
    }

    /** Of the types in {@code exclude}, which is read as Go reads it, no alarm counts. */
    @Test
    void aMemberWithAnAlarmIsNotHealthyUnlessTheAlarmsTypeIsExcluded() throws Exception {
        List<Curl> servers = List.of(new Curl(real.port()), new Curl(ours.port()));
        var health = new Object() {
            void isToldAlike(int status, String query) {
                assertThat(servers)
                        .extracting(server -> server.whole("/health" + query))
                        .as("/health%s", query)
                        .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(status))
                        .extracting(answer -> answer.body() + answer.headers().firstValue("content-type"))
                        .containsOnly(
                                status == 200
                                        ? "{\"health\":\"true\"}Optional[text/plain; charset=utf-8]"
                                        : "{\"health\":\"false\"}\nOptional[text/plain; charset=utf-8]");
            }
        };
        isToldAlike(server -> server.put("a"));
        health.isToldAlike(200, "");
        health.isToldAlike(200, "?exclude=NOSPACE");

        isToldAlike(server -> server.alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, 1));
        for (String query :
                List.of("?exclude=NOSPACE", "?x=1&exclude=CORRUPT&exclude=%4eOSPACE", "?exclude=NOSPACE&a;b")) {
            health.isToldAlike(200, query);
        }
        for (String query : List.of(
                "",
                "?exclude=",
                "?exclude=nospace",
                "?exclude=NOSPACE,CORRUPT",
                "?exclude=+NOSPACE",
                "?a;exclude=NOSPACE")) {
            health.isToldAlike(503, query);
        }

        isToldAlike(server -> server.alarm(AlarmRequest.AlarmAction.ACTIVATE, 6, CORRUPT));
        health.isToldAlike(503, "?exclude=NOSPACE");
        health.isToldAlike(200, "?exclude=NOSPACE&exclude=CORRUPT");

        isToldAlike(server -> server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, 1));
        isToldAlike(server -> server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, 6, CORRUPT));
        health.isToldAlike(200, "");
    }

    @Test
    void whereMembersDifferNothingIsChangedAndAllMayBeRead() throws Exception {
        isToldAlike(server -> {
            server.put("a");
            server.ask(() -> server.lease.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(88).setTTL(100).build()));
            server.alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, CORRUPT);
            server.everything("a");
            server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, CORRUPT);
            server.everything("a");
        });
    }

    @Test
    void aFullStoreRaisesItsAlarmAndRefusesWhatAddsUntilItIsDisarmed() throws Exception {
        List<String> told = isToldAlike(server -> {
            server.put("a");
            server.fill();
            server.alarm(AlarmRequest.AlarmAction.GET, 0, 0);
        });
        assertThat(told).contains("RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded");
        assertThat(told.toString()).contains("memberID: SELF\n  alarm: NOSPACE");

        ManagedChannel channel = ours.connect();
        try {
            var server = new Server(channel);
            server.put("small");
            server.ask(() -> server.kv.deleteRange(DeleteRangeRequest.newBuilder()
                    .setKey(copyFromUtf8("fill"))
                    .setRangeEnd(copyFromUtf8("fill9"))
                    .build()));
            server.ask(() -> server.kv.compact(CompactionRequest.newBuilder()
                    .setRevision(server.kv
                            .range(RangeRequest.newBuilder()
                                    .setKey(copyFromUtf8("a"))
                                    .build())
                            .getHeader()
                            .getRevision())
                    .build()));
            server.put("small");
            server.alarm(AlarmRequest.AlarmAction.DEACTIVATE, Long.parseUnsignedLong(server.self), 1);
            server.put("small");
            assertThat(server.told.get(0)).contains("database space exceeded");
            assertThat(server.told.get(1)).contains("deleted: ");
            assertThat(server.told.get(3)).as("room again, alarm still raised").contains("database space exceeded");
            assertThat(server.told.get(5)).as("disarmed").doesNotContain("space");
        } finally {
            SoloNode.disconnect(channel);
        }
    }
}
