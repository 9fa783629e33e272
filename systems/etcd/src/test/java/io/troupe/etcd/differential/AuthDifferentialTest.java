package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.etcd.jetcd.api.AuthDisableRequest;
import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleListRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.LeaderKey;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.ProclaimRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResignRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.UnlockRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.watch.WatchTester;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users, roles and what they may do. */
class AuthDifferentialTest extends AuthStories {

    private static final String[] NAMES = {"root", "ann", "bob", ""};
    private static final String[] ROLES = {"root", "reader", "writer", ""};
    private static final String[] KEYS = {"a", "b", "c", "d", "e"};
    /** One end for each key: of several permissions that begin with the same key, etcd 3.4 sees the first alone. */
    private static final Map<String, String> ENDS = Map.of("a", "c", "b", "", "c", "e", "d", "\0", "e", "");

    private static final int STEPS = 200;

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
                locksAndElections(etcd, user);
            }
        });
    }

    /** Whose refusals have the code Unknown, whatever they are, and what an observer is refused ends its stream. */
    private static void locksAndElections(Server etcd, String user) {
        ByteString none = copyFromUtf8("d");
        var election = ElectionGrpc.newBlockingStub(etcd.as(user)).withDeadlineAfter(60, TimeUnit.SECONDS);
        etcd.ask(() -> LockGrpc.newBlockingStub(etcd.as(user))
                .unlock(UnlockRequest.newBuilder().setKey(none).build()));
        var leader = LeaderRequest.newBuilder().setName(none).build();
        etcd.ask(() -> election.leader(leader));
        var key = LeaderKey.newBuilder().setName(none).setKey(none).setRev(1).setLease(1);
        etcd.ask(() ->
                election.proclaim(ProclaimRequest.newBuilder().setLeader(key).build()));
        etcd.ask(() -> election.resign(ResignRequest.newBuilder().setLeader(key).build()));
        if (!user.equals("root")) {
            etcd.told.add("something to observe: " + election.observe(leader).hasNext());
        }
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
    /** Changes at random, most of them sound, and everybody's look at every key in between. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void randomChangesHaveTheSameEffect(long seed) throws Exception {
        isToldAlike(etcd -> {
            setUp(etcd);
            var random = new SplittableRandom(seed);
            for (int step = 0; step < STEPS; step++) {
                change(etcd, random);
                String key = pick(random, KEYS);
                String end = random.nextInt(3) == 0 ? pick(random, KEYS) : "";
                etcd.ask(() -> etcd.kv("ann").range(range(key, end)));
                etcd.ask(() -> etcd.kv("ann").put(put(key)));
            }
        });
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
