package io.troupe.etcd;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberAddRequest;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MoveLeaderRequest;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/**
 * Every error of the API as a client gets it over gRPC, or why it cannot get it. What etcd 3.4 has beside these (rpctypes/
 * error.go): "not capable" is for clusters of mixed versions, of which there are none; "request timed out, possibly due to
 * connection lost" is guessed by etcd from connections between members, and is "request timed out" here, as is "…, waiting
 * for the applied index took too long"; and "watch canceled" ends a stream that its client has cancelled, and reads no more.
 */
@OnEachEngine
class EveryErrorTest {

    @Parameter
    private String engine;

    /** What one node with nothing amiss does not refuse with. */
    private static final Map<EtcdError, String> ELSEWHERE = Map.ofEntries(
            Map.entry(EtcdError.TOO_MANY_REQUESTS, "TwoPhaseCallsTest"),
            Map.entry(EtcdError.TIMEOUT, "TwoPhaseCallsTest"),
            Map.entry(EtcdError.NO_LEADER_IN_TIME, "EtcdClusterTest"),
            Map.entry(EtcdError.TIMEOUT_LEADER_TRANSFER, "TwoPhaseCallsTest"),
            Map.entry(EtcdError.NOT_LEADER, "TwoPhaseCallsTest"),
            Map.entry(EtcdError.NO_LEADER, "LearnerCallsTest"),
            Map.entry(EtcdError.NOT_SUPPORTED_FOR_LEARNER, "LearnerCallsTest"),
            Map.entry(EtcdError.STOPPED, "EndingTest"),
            Map.entry(EtcdError.MEMBER_EXISTS, "AlignmentTest: members' numbers are drawn from 2^63"));

    private static final Map<EtcdError, String> NEVER = Map.of(
            EtcdError.TIMEOUT_LEADER_FAILED,
            "a command whose leader is lost is sent to the next, once, within its deadline",
            EtcdError.LEADER_CHANGED,
            "a read whose leader is lost is asked again of the next, within its deadline",
            EtcdError.MALFORMED,
            "gRPC refuses what is no request; an answer that cannot be read is a bug");

    private SoloNode node;
    private ManagedChannel channel;

    /** Not in jetcd's classes. */
    private static final int CORRUPT = 2;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s".repeat(64));
        node = new SoloNode(
                engine,
                """
                troupe.etcd.auth { bcrypt-cost = 4, token = "jwt,sign-method=HS256,priv-key=%s" }
                """
                        .formatted(secret));
        channel = node.connect();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        node.close();
    }

    private final Set<EtcdError> shown = EnumSet.noneOf(EtcdError.class);

    private void isRefused(EtcdError error, Supplier<?> call) {
        RpcTypes.assertRefused(call::get, error);
        shown.add(error);
    }

    @Test
    void eachIsShownHereOrElsewhereOrCannotBe() {
        keys();
        leases();
        members();
        alarms();
        usersAndRoles();
        whoMayNot();

        var accountedFor = EnumSet.copyOf(shown);
        accountedFor.addAll(ELSEWHERE.keySet());
        accountedFor.addAll(NEVER.keySet());
        assertThat(accountedFor).isEqualTo(EnumSet.allOf(EtcdError.class));
        assertThat(shown).doesNotContainAnyElementsOf(NEVER.keySet());
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel);
    }

    private static PutRequest.Builder put(String key) {
        return PutRequest.newBuilder().setKey(copyFromUtf8(key));
    }

    private void keys() {
        isRefused(EtcdError.EMPTY_KEY, () -> kv().put(PutRequest.getDefaultInstance()));
        isRefused(EtcdError.KEY_NOT_FOUND, () -> kv().put(
                        put("none").setIgnoreValue(true).build()));
        isRefused(EtcdError.VALUE_PROVIDED, () -> kv().put(put("a").setValue(copyFromUtf8("1"))
                .setIgnoreValue(true)
                .build()));
        isRefused(EtcdError.LEASE_PROVIDED, () -> kv().put(
                        put("a").setLease(1).setIgnoreLease(true).build()));
        isRefused(EtcdError.INVALID_SORT_OPTION, () -> kv().range(RangeRequest.newBuilder()
                .setKey(copyFromUtf8("a"))
                .setSortOrderValue(9)
                .build()));

        var puts = TxnRequest.newBuilder();
        for (int i = 0; i <= 128; i++) {
            puts.addSuccess(RequestOp.newBuilder().setRequestPut(put("key" + i)));
        }
        isRefused(EtcdError.TOO_MANY_OPS, () -> kv().txn(puts.build()));
        var twice = RequestOp.newBuilder().setRequestPut(put("twice"));
        isRefused(EtcdError.DUPLICATE_KEY, () -> kv().txn(TxnRequest.newBuilder()
                .addSuccess(twice)
                .addSuccess(twice)
                .build()));
        isRefused(EtcdError.REQUEST_TOO_LARGE, () -> kv().put(put("large")
                .setValue(ByteString.copyFrom(new byte[1_600 * 1024]))
                .build()));

        kv().put(put("a").build());
        long revision = kv().put(put("a").build()).getHeader().getRevision();
        kv().compact(CompactionRequest.newBuilder().setRevision(revision).build());
        var read = RangeRequest.newBuilder().setKey(copyFromUtf8("a"));
        isRefused(EtcdError.COMPACTED, () -> kv().range(
                        read.setRevision(revision - 1).build()));
        isRefused(EtcdError.FUTURE_REVISION, () -> kv().range(
                        read.setRevision(revision + 9).build()));
    }

    private void leases() {
        var lease = LeaseGrpc.newBlockingStub(channel);
        var grant = LeaseGrantRequest.newBuilder().setID(7).setTTL(600).build();
        lease.leaseGrant(grant);
        isRefused(EtcdError.LEASE_EXISTS, () -> lease.leaseGrant(grant));
        isRefused(
                EtcdError.LEASE_TTL_TOO_LARGE,
                () -> lease.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(9_000_000_001L).build()));
        isRefused(
                EtcdError.LEASE_NOT_FOUND,
                () -> lease.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(8).build()));
    }

    private void members() {
        var cluster = ClusterGrpc.newBlockingStub(channel);
        long self = kv().put(put("self").build()).getHeader().getMemberId();
        var itself = MemberPromoteRequest.newBuilder().setID(self).build();
        isRefused(EtcdError.MEMBER_NOT_LEARNER, () -> cluster.memberPromote(itself));
        isRefused(
                EtcdError.MEMBER_NOT_FOUND,
                () -> cluster.memberRemove(
                        MemberRemoveRequest.newBuilder().setID(99).build()));
        isRefused(
                EtcdError.MEMBER_NOT_ENOUGH_STARTED,
                () -> cluster.memberRemove(
                        MemberRemoveRequest.newBuilder().setID(self).build()));
        isRefused(EtcdError.MEMBER_BAD_URLS, () -> cluster.memberAdd(member(false, "127.0.0.1:11")));
        isRefused(EtcdError.BAD_LEADER_TRANSFEREE, () -> MaintenanceGrpc.newBlockingStub(channel)
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(99).build()));

        long learner = cluster.memberAdd(member(true, "http://127.0.0.1:11"))
                .getMember()
                .getID();
        isRefused(
                EtcdError.LEARNER_NOT_READY,
                () -> cluster.memberPromote(
                        MemberPromoteRequest.newBuilder().setID(learner).build()));
        isRefused(EtcdError.PEER_URL_EXISTS, () -> cluster.memberAdd(member(false, "http://127.0.0.1:11")));
        isRefused(EtcdError.TOO_MANY_LEARNERS, () -> cluster.memberAdd(member(true, "http://127.0.0.1:12")));
        cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(learner).build());
        cluster.memberAdd(member(false, "http://127.0.0.1:13")); // A voter that never starts.
        isRefused(EtcdError.UNHEALTHY, () -> cluster.memberAdd(member(true, "http://127.0.0.1:14")));
    }

    private static MemberAddRequest member(boolean learner, String peerUrl) {
        return MemberAddRequest.newBuilder()
                .setIsLearner(learner)
                .addPeerURLs(peerUrl)
                .build();
    }

    private void alarms() {
        isRefused(EtcdError.NO_SPACE, () -> putUnder(AlarmType.NOSPACE_VALUE));
        isRefused(EtcdError.CORRUPT, () -> putUnder(CORRUPT));
        kv().put(put("calm again").build());
    }

    private Object putUnder(int alarmType) {
        var maintenance = MaintenanceGrpc.newBlockingStub(channel);
        var alarm = AlarmRequest.newBuilder().setMemberID(1).setAlarmValue(alarmType);
        maintenance.alarm(alarm.setAction(AlarmRequest.AlarmAction.ACTIVATE).build());
        try {
            return kv().put(put("alarmed").build());
        } finally {
            maintenance.alarm(
                    alarm.setAction(AlarmRequest.AlarmAction.DEACTIVATE).build());
        }
    }

    private void usersAndRoles() {
        var auth = AuthGrpc.newBlockingStub(channel);
        isRefused(EtcdError.AUTH_NOT_ENABLED, () -> auth.authenticate(as("root", "secret")));
        isRefused(EtcdError.ROOT_USER_NOT_EXIST, () -> auth.authEnable(AuthEnableRequest.getDefaultInstance()));
        auth.userAdd(user("root", "secret"));
        isRefused(EtcdError.ROOT_ROLE_NOT_EXIST, () -> auth.authEnable(AuthEnableRequest.getDefaultInstance()));
        isRefused(EtcdError.USER_ALREADY_EXIST, () -> auth.userAdd(user("root", "secret")));
        isRefused(EtcdError.USER_EMPTY, () -> auth.userAdd(user("", "secret")));
        isRefused(
                EtcdError.USER_NOT_FOUND,
                () -> auth.userDelete(
                        AuthUserDeleteRequest.newBuilder().setName("nobody").build()));

        var role = AuthRoleAddRequest.newBuilder().setName("role").build();
        auth.roleAdd(role);
        isRefused(EtcdError.ROLE_ALREADY_EXIST, () -> auth.roleAdd(role));
        isRefused(EtcdError.ROLE_EMPTY, () -> auth.roleAdd(AuthRoleAddRequest.getDefaultInstance()));
        isRefused(
                EtcdError.ROLE_NOT_FOUND,
                () -> auth.roleDelete(
                        AuthRoleDeleteRequest.newBuilder().setRole("none").build()));
        isRefused(
                EtcdError.ROLE_NOT_GRANTED,
                () -> auth.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName("root")
                        .setRole("role")
                        .build()));
        isRefused(
                EtcdError.PERMISSION_NOT_GRANTED,
                () -> auth.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole("role")
                        .setKey(copyFromUtf8("a"))
                        .build()));
    }

    /** With authentication on, to the end. */
    private void whoMayNot() {
        var auth = AuthGrpc.newBlockingStub(channel);
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        auth.userAdd(user("ann", "hers"));
        auth.userAdd(user("bob", "").toBuilder().setUnknownFields(NO_PASSWORD).build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());

        isRefused(EtcdError.AUTH_FAILED, () -> auth.authenticate(as("ann", "wrong")));
        isRefused(EtcdError.NO_PASSWORD_USER, () -> auth.authenticate(as("bob", "guessed")));
        isRefused(EtcdError.INVALID_AUTH_TOKEN, () -> with("invented", kv()).put(put("a").build()));
        String hers = auth.authenticate(as("ann", "hers")).getToken();
        isRefused(EtcdError.PERMISSION_DENIED, () -> with(hers, kv()).put(put("a").build()));
        String roots = auth.authenticate(as("root", "secret")).getToken();
        isRefused(EtcdError.INVALID_AUTH_MGMT, () -> with(roots, auth)
                .userDelete(AuthUserDeleteRequest.newBuilder().setName("root").build()));
        with(roots, auth).userAdd(user("eve", "new"));
        isRefused(EtcdError.AUTH_OLD_REVISION, () -> with(roots, kv()).put(put("a").build()));
    }

    private static final UnknownFieldSet NO_PASSWORD = field(
            3,
            UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(
                            field(1, UnknownFieldSet.Field.newBuilder().addVarint(1))
                                    .toByteString()));

    private static UnknownFieldSet field(int number, UnknownFieldSet.Field.Builder value) {
        return UnknownFieldSet.newBuilder().addField(number, value.build()).build();
    }

    private static AuthUserAddRequest user(String name, String password) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword(password)
                .build();
    }

    private static AuthenticateRequest as(String name, String password) {
        return AuthenticateRequest.newBuilder()
                .setName(name)
                .setPassword(password)
                .build();
    }

    private static <S extends AbstractStub<S>> S with(String token, S stub) {
        var headers = new Metadata();
        headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
}
