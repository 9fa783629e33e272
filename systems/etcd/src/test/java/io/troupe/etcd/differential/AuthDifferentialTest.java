package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.AuthDisableRequest;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleListRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.ClusterGrpc;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.MemberListRequest;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.troupe.etcd.OnEachEngine;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.watch.WatchTester;
import io.troupe.raft.RaftEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, roles and what they may do, at a real etcd and at this one. Skipped where no etcd is installed. */
@OnEachEngine
class AuthDifferentialTest {

    @Parameter
    private String engine;

    private static final String[] NAMES = {"root", "ann", "bob", ""};
    private static final String[] ROLES = {"root", "reader", "writer", ""};
    private static final String[] KEYS = {"a", "b", "c", "d", "e"};
    /** One end for each key: of several permissions that begin with the same key, etcd 3.4 sees the first alone. */
    private static final Map<String, String> ENDS = Map.of("a", "c", "b", "", "c", "e", "d", "\0", "e", "");

    @TempDir
    Path folder;

    private RealEtcd real;
    private SoloNode ours;

    @BeforeEach
    void start() throws Exception {
        var program = RealEtcd.program("etcd");
        assumeTrue(program.isPresent(), "no etcd on the PATH: install one (Debian: etcd-server) to run this test");
        real = RealEtcd.start(program.get(), folder, "--bcrypt-cost=4");
        ours = new SoloNode(engine, "troupe.etcd.auth.bcrypt-cost = 4");
    }

    @AfterEach
    void stop() throws Exception {
        if (real != null) {
            ours.close();
            real.close();
        }
    }

    /** One server, asked as one user or another. */
    private static final class Server {
        static final int PATIENCE_SECONDS = 20;
        final ManagedChannel channel;
        final Map<String, String> tokens = new HashMap<>();
        final List<String> told = new ArrayList<>();

        Server(ManagedChannel channel) {
            this.channel = channel;
            KVGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .range(get("warm"));
        }

        Channel as(String user) {
            String token = tokens.get(user);
            if (token == null) {
                return channel;
            }
            var headers = new Metadata();
            headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
            return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        }

        void authenticate(String user, String password) {
            try {
                var response = auth("").authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
                tokens.put(user, response.getToken());
                told.add("authenticated " + response.getToken().matches("[a-zA-Z]{16}\\.[0-9]+"));
            } catch (StatusRuntimeException e) {
                told.add(text(e));
            }
        }

        AuthGrpc.AuthBlockingStub auth(String user) {
            return AuthGrpc.newBlockingStub(as(user)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        KVGrpc.KVBlockingStub kv(String user) {
            return KVGrpc.newBlockingStub(as(user)).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        void ask(Supplier<? extends Message> call) {
            try {
                told.add(text(call.get()));
            } catch (StatusRuntimeException e) {
                told.add(text(e));
            }
        }
    }

    private static String text(StatusRuntimeException e) {
        return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }

    private static String text(Message response) {
        var field = response.getDescriptorForType().findFieldByName("header");
        var header = (ResponseHeader) response.getField(field);
        return response.getDescriptorForType().getName() + " "
                + response.toBuilder()
                        .setField(
                                field,
                                ResponseHeader.newBuilder()
                                        .setRevision(header.getRevision())
                                        .build())
                        .build();
    }

    private interface Story {
        void tell(Server server) throws Exception;
    }

    private void isToldAlike(Story story) throws Exception {
        List<List<String>> told = List.of(toldBy(real.connect(), story), toldBy(ours.connect(), story));
        assertThat(told.get(0)).hasSameSizeAs(told.get(1)).isNotEmpty();
        for (int i = 0; i < told.get(0).size(); i++) {
            assertThat(told.get(1).get(i))
                    .as("answer %d, after %s", i, told.get(0).subList(Math.max(0, i - 6), i))
                    .isEqualTo(told.get(0).get(i));
        }
    }

    private static List<String> toldBy(ManagedChannel channel, Story story) throws Exception {
        var server = new Server(channel);
        try {
            story.tell(server);
            return server.told;
        } finally {
            SoloNode.disconnect(channel);
        }
    }

    private static RangeRequest get(String key) {
        return RangeRequest.newBuilder().setKey(copyFromUtf8(key)).build();
    }

    private static PutRequest put(String key) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8(key))
                .setValue(copyFromUtf8("v"))
                .build();
    }

    private static AuthUserAddRequest user(String name) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("pw-" + name)
                .build();
    }

    private static AuthUserGrantRoleRequest grant(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    private static AuthRoleGrantPermissionRequest allow(String role, Permission.Type type, String from, String to) {
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(Permission.newBuilder()
                        .setPermType(type)
                        .setKey(copyFromUtf8(from))
                        .setRangeEnd(copyFromUtf8(to)))
                .build();
    }

    /** Root, and a user who may read [a, c) and write b. */
    private static void setUp(Server etcd) {
        var auth = etcd.auth("");
        auth.userAdd(user("root"));
        auth.userAdd(user("ann"));
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
        auth.userGrantRole(grant("root", "root"));
        auth.userGrantRole(grant("ann", "reader"));
        auth.roleGrantPermission(allow("reader", Permission.Type.READ, "a", "b"));
        auth.roleGrantPermission(allow("reader", Permission.Type.READWRITE, "b", "c"));
        etcd.kv("").put(put("c"));
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
        etcd.authenticate("root", "pw-root");
        etcd.authenticate("ann", "pw-ann");
    }

    @Test
    void authenticationIsSwitchedOnAndOff() throws Exception {
        isToldAlike(etcd -> {
            etcd.ask(() -> etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance()));
            etcd.authenticate("root", "pw-root");
            etcd.ask(() -> etcd.auth("").userAdd(user("root")));
            etcd.ask(() -> etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.auth("").userGrantRole(grant("root", "root")));
            etcd.ask(() -> etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.auth("").userAdd(user("ann")));
            etcd.authenticate("root", "wrong");
            etcd.authenticate("nobody", "pw");
            etcd.authenticate("root", "pw-root");
            etcd.ask(() -> etcd.auth("root").userAdd(user("ann")));
            etcd.ask(() -> etcd.auth("root")
                    .userAdd(user("bob").toBuilder()
                            .setUnknownFields(noPassword())
                            .build()));
            etcd.authenticate("bob", "pw-bob");
            etcd.ask(() -> etcd.auth("root")
                    .userDelete(
                            AuthUserDeleteRequest.newBuilder().setName("root").build()));
            etcd.ask(() -> etcd.auth("root")
                    .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                            .setName("root")
                            .setRole("root")
                            .build()));
            etcd.tokens.put("stranger", "abcdefghijklmnop.3");
            etcd.tokens.put("garbage", "xyz");
            etcd.ask(() -> etcd.kv("stranger").put(put("a")));
            etcd.ask(() -> etcd.kv("garbage").range(get("a")));
            etcd.ask(() -> etcd.auth("root").authDisable(AuthDisableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.kv("").put(put("a")));
            etcd.ask(() -> etcd.kv("root").put(put("a"))); // With a token that is none any more.
            etcd.ask(() -> etcd.kv("root").range(get("a")));
            etcd.ask(() -> etcd.auth("").authDisable(AuthDisableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance()));
            etcd.ask(() -> etcd.kv("root").range(get("a")));
            etcd.ask(() -> etcd.kv("root").put(put("a")));
        });
    }

    private static UnknownFieldSet noPassword() {
        var option = UnknownFieldSet.newBuilder()
                .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();
        return UnknownFieldSet.newBuilder()
                .addField(
                        3,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(option.toByteString())
                                .build())
                .build();
    }

    @Test
    void everyRequestIsCheckedAgainstTheRangesOfItsUser() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            for (String user : List.of("", "ann", "root")) {
                etcd.ask(() -> etcd.kv(user).range(get("a")));
                etcd.ask(() -> etcd.kv(user).range(range("a", "c")));
                etcd.ask(() -> etcd.kv(user).range(range("a", "d")));
                etcd.ask(() -> etcd.kv(user).range(range("a", "\0")));
                etcd.ask(() -> etcd.kv(user)
                        .range(get("c").toBuilder().setSerializable(true).build()));
                etcd.ask(() -> etcd.kv(user).put(put("a")));
                etcd.ask(() -> etcd.kv(user).put(put("b")));
                etcd.ask(() ->
                        etcd.kv(user).put(put("b").toBuilder().setPrevKv(true).build()));
                etcd.ask(() -> etcd.kv(user)
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(copyFromUtf8("b"))
                                .setRangeEnd(copyFromUtf8("c"))
                                .setPrevKv(true)
                                .build()));
                etcd.ask(() -> etcd.kv(user)
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(copyFromUtf8("b"))
                                .setRangeEnd(copyFromUtf8("d"))
                                .build()));
                etcd.ask(() -> etcd.kv(user).txn(txn("c", "b")));
                etcd.ask(() -> etcd.kv(user).txn(txn("a", "b")));
                etcd.ask(() -> etcd.kv(user).txn(txn("a", "c")));
                etcd.ask(() -> etcd.auth(user).userList(AuthUserListRequest.getDefaultInstance()));
                etcd.ask(() -> etcd.auth(user).roleList(AuthRoleListRequest.getDefaultInstance()));
                etcd.ask(() -> etcd.auth(user).userGet(userGet("ann")));
                etcd.ask(() -> etcd.auth(user).userGet(userGet("root")));
                etcd.ask(() -> etcd.auth(user).userGet(userGet("nobody")));
                etcd.ask(() -> etcd.auth(user).roleGet(roleGet("reader")));
                etcd.ask(() -> etcd.auth(user).roleGet(roleGet("root")));
            }
        });
    }

    private static AuthUserGetRequest userGet(String name) {
        return AuthUserGetRequest.newBuilder().setName(name).build();
    }

    private static AuthRoleGetRequest roleGet(String name) {
        return AuthRoleGetRequest.newBuilder().setRole(name).build();
    }

    private static RangeRequest range(String from, String to) {
        return RangeRequest.newBuilder()
                .setKey(copyFromUtf8(from))
                .setRangeEnd(copyFromUtf8(to))
                .build();
    }

    private static TxnRequest txn(String compared, String written) {
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(copyFromUtf8(compared))
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.GREATER)
                        .setVersion(100))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put(written)))
                .addFailure(RequestOp.newBuilder().setRequestRange(get(compared)))
                .build();
    }

    @Test
    void aLeaseIsAsItsKeys() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            var lease = LeaseGrantRequest.newBuilder().setTTL(600);
            LeaseGrpc.newBlockingStub(etcd.as("root")).leaseGrant(lease.setID(1).build());
            etcd.ask(() -> etcd.kv("root").put(put("c").toBuilder().setLease(1).build()));
            etcd.ask(() -> etcd.kv("ann").put(put("b").toBuilder().setLease(1).build()));
            for (String user : List.of("", "ann", "root")) {
                etcd.ask(() -> LeaseGrpc.newBlockingStub(etcd.as(user))
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(1).build()));
            }
            etcd.ask(() -> etcd.kv("root").range(get("c")));
            etcd.ask(() -> etcd.kv("ann")
                    .compact(CompactionRequest.newBuilder().setRevision(2).build()));
        });
    }

    /** etcd 3.4.23 tells them to anybody; 3.4.26 does as we do (CVE-2023-32082). */
    @Test
    void aLeasesKeysAreForWhoMayReadEachOfThem() throws Exception {
        String anns = "1 a b";
        String roots = "2 c";
        String none = "3";
        assertThat(toldBy(real.connect(), AuthDifferentialTest::askForLeasesKeys))
                .containsExactly(anns, roots, none, anns, roots, none, anns, roots, none, anns, roots, none);
        String noUser = "INVALID_ARGUMENT: etcdserver: user name is empty";
        String noToken = "UNAUTHENTICATED: etcdserver: invalid auth token";
        String denied = "PERMISSION_DENIED: etcdserver: permission denied";
        assertThat(toldBy(ours.connect(), AuthDifferentialTest::askForLeasesKeys))
                .containsExactly(
                        noUser, noUser, noUser, noToken, noToken, noToken, anns, denied, none, anns, roots, none);
    }

    /** Lease 1 with keys that ann may read, 2 with one that she may not, and 3, which there is not. */
    private static void askForLeasesKeys(Server etcd) {
        setUp(etcd);
        etcd.told.clear();
        Map<Long, List<String>> keys = Map.of(1L, List.of("a", "b"), 2L, List.of("c"));
        keys.forEach((id, attached) -> {
            LeaseGrpc.newBlockingStub(etcd.as("root"))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build());
            attached.forEach(
                    key -> etcd.kv("root").put(put(key).toBuilder().setLease(id).build()));
        });
        etcd.tokens.put("stranger", "abcdefghijklmnop.3");
        for (String user : List.of("", "stranger", "ann", "root")) {
            for (long id : new long[] {1, 2, 3}) {
                tellLeaseWithKeys(etcd, user, id);
            }
        }
    }

    private static void tellLeaseWithKeys(Server etcd, String user, long id) {
        try {
            var response = LeaseGrpc.newBlockingStub(etcd.as(user))
                    .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                            .setID(id)
                            .setKeys(true)
                            .build());
            var told = new StringBuilder().append(response.getID());
            response.getKeysList().stream()
                    .map(ByteString::toStringUtf8)
                    .sorted()
                    .forEach(key -> told.append(' ').append(key));
            etcd.told.add(told.toString());
        } catch (StatusRuntimeException e) {
            etcd.told.add(text(e));
        }
    }

    @Test
    void whileAuthIsOffALeasesKeysAreForAnybodyWhateverTokenIsShown() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            LeaseGrpc.newBlockingStub(etcd.as("root"))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(1).setTTL(600).build());
            etcd.kv("root").put(put("c").toBuilder().setLease(1).build());
            etcd.auth("root").authDisable(AuthDisableRequest.getDefaultInstance());
            etcd.tokens.put("stranger", "abcdefghijklmnop.3");
            for (String user : List.of("", "stranger", "ann")) {
                tellLeaseWithKeys(etcd, user, 1);
            }
        });
    }

    /** In etcd 3.4.23 a transaction adds to any lease, and a put alone does not. */
    @Test
    void aTransactionAddsToNoLeaseOfKeysThatItsUserMayNotWrite() throws Exception {
        Story story = etcd -> {
            setUp(etcd);
            etcd.told.clear();
            LeaseGrpc.newBlockingStub(etcd.as("root"))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(1).setTTL(600).build());
            etcd.kv("root").put(put("c").toBuilder().setLease(1).build());
            var put = RequestOp.newBuilder()
                    .setRequestPut(put("b").toBuilder().setLease(1))
                    .build();
            for (String user : List.of("ann", "root")) {
                etcd.ask(() -> etcd.kv(user)
                        .txn(TxnRequest.newBuilder().addSuccess(put).build()));
            }
        };
        assertThat(toldBy(real.connect(), story)).allMatch(told -> told.contains("succeeded: true"));
        assertThat(toldBy(ours.connect(), story))
                .satisfiesExactly(
                        toAnn -> assertThat(toAnn).isEqualTo("PERMISSION_DENIED: etcdserver: permission denied"),
                        toRoot -> assertThat(toRoot).contains("succeeded: true"));
    }

    @Test
    void aWatchIsAsARange() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            for (String user : List.of("", "ann", "root")) {
                // Not from a key on: etcd 3.4 takes that for the single key, and shows what its user may not read.
                for (String end : List.of("", "c", "d")) {
                    var watch = new WatchTester(etcd.as(user));
                    watch.create(io.etcd.jetcd.api.WatchCreateRequest.newBuilder()
                            .setKey(copyFromUtf8("a"))
                            .setRangeEnd(copyFromUtf8(end)));
                    etcd.told.add(text(watch.next()));
                    watch.leave();
                }
            }
            etcd.tokens.put("stranger", "abcdefghijklmnop.3");
            var watch = new WatchTester(etcd.as("stranger"));
            watch.create(io.etcd.jetcd.api.WatchCreateRequest.newBuilder().setKey(copyFromUtf8("a")));
            etcd.told.add(text(watch.next()));
            watch.leave();
        });
    }

    @Test
    void whoMayReadAKeyMayNotThereforeWatchAllThatFollow() throws Exception {
        ManagedChannel channel = ours.connect();
        var server = new Server(channel);
        setUp(server);
        var watch = new WatchTester(server.as("ann"));
        watch.create(io.etcd.jetcd.api.WatchCreateRequest.newBuilder()
                .setKey(copyFromUtf8("a"))
                .setRangeEnd(copyFromUtf8("\0")));
        assertThat(watch.next().getCancelReason()).contains("permission denied");
        watch.leave();
        SoloNode.disconnect(channel);
    }

    @Test
    void aTokenEndsWithItsPasswordOrItsUser() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("ann")
                            .setPassword("other")
                            .build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.authenticate("ann", "pw-ann");
            etcd.authenticate("ann", "other");
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .roleDelete(
                            AuthRoleDeleteRequest.newBuilder().setRole("reader").build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
            etcd.ask(() -> etcd.auth("root")
                    .userDelete(
                            AuthUserDeleteRequest.newBuilder().setName("ann").build()));
            etcd.ask(() -> etcd.kv("ann").range(get("a")));
        });
    }

    @Test
    void whatAnybodyMayAskIsAnsweredWhateverTokenIsShown() throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            etcd.tokens.put("stranger", "abcdefghijklmnop.3");
            etcd.tokens.put("garbage", "xyz");
            for (String user : List.of("", "stranger", "garbage", "ann")) {
                etcd.ask(() ->
                        ClusterGrpc.newBlockingStub(etcd.as(user))
                                .memberList(MemberListRequest.getDefaultInstance())
                                .toBuilder()
                                .clearMembers()
                                .build());
                etcd.ask(() -> StatusResponse.newBuilder()
                        .setHeader(MaintenanceGrpc.newBlockingStub(etcd.as(user))
                                .status(StatusRequest.getDefaultInstance())
                                .getHeader())
                        .build());
                etcd.ask(() -> LeaseGrpc.newBlockingStub(etcd.as(user))
                        .leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder().setID(5).build()));
                etcd.ask(() -> etcd.auth(user)
                        .authenticate(
                                AuthenticateRequest.newBuilder().setName("ann").build()));
            }
        });
    }

    /** It tells its user and the revision it was given at, and nobody remembers it. */
    @Test
    void aJsonWebTokenOutlivesAuthenticationAndItsUser() throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "a key that is known to who signs and to who verifies");
        String tokens = "jwt,sign-method=HS256,priv-key=" + key + ",ttl=10m";
        stop();
        real = RealEtcd.start(
                RealEtcd.program("etcd").orElseThrow(),
                Files.createDirectory(folder.resolve("jwt")),
                "--bcrypt-cost=4",
                "--auth-token=" + tokens);
        ours = new SoloNode(engine, "troupe.etcd.auth.bcrypt-cost = 4, troupe.etcd.auth.token = \"" + tokens + "\"");
        isToldAlike(etcd -> {
            setUp(etcd);
            askAll(etcd, "ann");
            etcd.auth("root").authDisable(AuthDisableRequest.getDefaultInstance());
            askAll(etcd, "ann");
            askAll(etcd, "root");
            etcd.auth("").authEnable(AuthEnableRequest.getDefaultInstance());
            askAll(etcd, "ann");
            etcd.authenticate("root", "pw-root");
            etcd.authenticate("ann", "pw-ann");
            var ann = AuthUserDeleteRequest.newBuilder().setName("ann").build();
            etcd.ask(() -> etcd.auth("root").userDelete(ann));
            askAll(etcd, "ann");
            etcd.auth("root").userAdd(user("ann"));
            askAll(etcd, "ann");
        });
    }

    private static void askAll(Server etcd, String user) {
        etcd.ask(() -> etcd.kv(user).range(get("b")));
        etcd.ask(() ->
                etcd.kv(user).range(get("b").toBuilder().setSerializable(true).build()));
        etcd.ask(() -> etcd.kv(user).put(put("b")));
        etcd.ask(() -> etcd.kv(user).txn(txn("a", "b")));
        etcd.ask(() -> etcd.kv(user)
                .txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.newBuilder().setRequestRange(get("b")))
                        .build()));
        etcd.ask(() -> etcd.auth(user).userList(AuthUserListRequest.getDefaultInstance()));
        etcd.ask(() -> etcd.auth(user).userGet(userGet("ann")));
    }

    /** Changes at random, most of them sound, and everybody's look at every key in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void randomChangesHaveTheSameEffect(long seed) throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            var random = new SplittableRandom(seed);
            int steps = steps();
            for (int step = 0; step < steps; step++) {
                change(etcd, random);
                String key = pick(random, KEYS);
                String end = random.nextInt(3) == 0 ? pick(random, KEYS) : "";
                etcd.ask(() -> etcd.kv("ann").range(range(key, end)));
                etcd.ask(() -> etcd.kv("ann").put(put(key)));
            }
        });
    }

    /** Which engine puts them in order changes no answer: one is asked all, the others a few. */
    private int steps() {
        return engine.equals(RaftEngine.NAME) ? 200 : 50;
    }

    private static String pick(SplittableRandom random, String[] from) {
        return from[random.nextInt(from.length)];
    }

    private static void change(Server etcd, SplittableRandom random) {
        AuthGrpc.AuthBlockingStub auth = etcd.auth("root");
        String name = pick(random, NAMES);
        String role = pick(random, ROLES);
        String from = pick(random, KEYS);
        String to = ENDS.get(from);
        switch (random.nextInt(12)) {
            case 0 -> etcd.ask(() -> auth.userAdd(user(name)));
            case 1 ->
                etcd.ask(() -> auth.userDelete(
                        AuthUserDeleteRequest.newBuilder().setName(name).build()));
            case 2 ->
                etcd.ask(() -> auth.roleAdd(
                        AuthRoleAddRequest.newBuilder().setName(role).build()));
            case 3 ->
                etcd.ask(() -> auth.roleDelete(
                        AuthRoleDeleteRequest.newBuilder().setRole(role).build()));
            case 4, 5 -> etcd.ask(() -> auth.userGrantRole(grant(name, role)));
            case 6 ->
                etcd.ask(() -> auth.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName(name)
                        .setRole(role)
                        .build()));
            case 7 ->
                etcd.ask(() -> auth.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(role)
                        .setKey(copyFromUtf8(from))
                        .setRangeEnd(copyFromUtf8(to))
                        .build()));
            case 8 -> {
                etcd.ask(() -> auth.userGet(userGet(name)));
                etcd.ask(() -> auth.roleGet(roleGet(role)));
            }
            case 9 -> {
                etcd.ask(() -> auth.userAdd(user("ann")));
                etcd.authenticate("ann", "pw-ann");
            }
            default -> {
                var type = Permission.Type.forNumber(random.nextInt(3));
                etcd.ask(() -> auth.roleGrantPermission(allow(role, type, from, to)));
            }
        }
    }
}
