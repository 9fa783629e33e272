package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleDeleteRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserRevokeRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberPromoteRequest;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.MemberUpdateRequest;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.EtcdError;
import io.troupe.etcd.auth.Caller;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in logs and snapshots on disk: a change here is a new format, and needs a way to read the old one. */
class GoldenBytesTest {

    private static final String SNAPSHOT_1 = "63746574" // magic
            + "01" // format version
            + "03" // revision
            + "04" // compacted at 2, zigzag
            + "03" // term of the lessor
            + "0101" // one lease, one key
            + "0e0a" // lease 7, zigzag, with a TTL of 10 s
            + "016b02" // key "k" with two changes
            + "0176020200010e" // "v", created at 2, changed at (2, 0), version 1, lease 7
            + "01770203000200" // "w", created at 2, changed at (3, 0), version 2, no lease
            + "63746574";

    private static final String SNAPSHOT_2 =
            SNAPSHOT_1.replace("63746574" + "01", "63746574" + "02").replace("0101" + "0e0a", "0101" + "0e0a" + "01");

    private static final String SNAPSHOT_3 = SNAPSHOT_2
                    .replaceFirst("63746574" + "02", "63746574" + "03")
                    .replaceFirst("63746574$", "") // as version 2, then
            + "00" // authentication is off
            + "05" // auth revision
            + "01" // one user
            + "01750468617368" + "00" // "u", whose password's hash is "hash"
            + "010172" // with one role, "r"
            + "01" // one role
            + "0172" + "01" // "r", with one permission
            + "08" + "0802" + "12016b" + "1a016c" // to read and write from "k" to "l"
            + "63746574";

    private static final String SNAPSHOT_4 = SNAPSHOT_3
                    .replaceFirst("63746574" + "03", "63746574" + "04")
                    .replaceFirst("63746574$", "") // as version 3, then
            + "01" // one alarm
            + "01" + "0500000000000000" // NOSPACE, of member 5
            + "63746574";

    private static final String SNAPSHOT = SNAPSHOT_4
                    .replaceFirst("63746574" + "04", "63746574" + "05")
                    .replaceFirst("63746574$", "") // as version 4, then
            + "0900000000000000" // cluster 9
            + "01" // one member
            + "0c" + "0803" + "1202" + "6e31" + "1a01" + "70" + "2201" + "63" // 3, "n1", peers at "p", clients at "c"
            + "01" // one that was
            + "0400000000000000" + "026e32" // 4, "n2"
            + "0000000000000000" // nothing is being imported
            + "63746574";

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }

    private static PutRequest put(String value, long lease) {
        return PutRequest.newBuilder()
                .setKey(copyFromUtf8("k"))
                .setValue(copyFromUtf8(value))
                .setLease(lease)
                .build();
    }

    private static LeaseGrantRequest grant() {
        return LeaseGrantRequest.newBuilder().setID(7).setTTL(10).build();
    }

    private static CompactionRequest compact(long revision) {
        return CompactionRequest.newBuilder().setRevision(revision).build();
    }

    @Test
    void aCommandIsItsTagAndTheClientsRequestOrBigEndianNumbers() {
        var delete = DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("a")).setRangeEnd(copyFromUtf8("b"));
        var txn = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(copyFromUtf8("k"))));
        assertThat(hex(Commands.put(put("v", 7)))).isEqualTo("01" + "0a016b" + "120176" + "1807");
        assertThat(hex(Commands.deleteRange(delete.build()))).isEqualTo("02" + "0a0161" + "120162");
        assertThat(hex(Commands.txn(txn.build()))).isEqualTo("03" + "1205" + "1203" + "0a016b");
        assertThat(hex(Commands.compact(compact(5)))).isEqualTo("04" + "0805");
        assertThat(hex(Commands.leaseGrant(grant()))).isEqualTo("05" + "080a" + "1007");
        assertThat(hex(Commands.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(7).build())))
                .isEqualTo("06" + "0807");
        assertThat(hex(Commands.lessorPromoted(3))).isEqualTo("07" + "0000000000000003");
        assertThat(hex(Commands.leaseExpired(7, 3, 1)))
                .isEqualTo("09" + "0000000000000007" + "0000000000000003" + "0000000000000001");
    }

    private static AuthUserAddRequest user() {
        return AuthUserAddRequest.newBuilder().setName("u").setPassword("hash").build();
    }

    private static AuthRoleAddRequest role() {
        return AuthRoleAddRequest.newBuilder().setName("r").build();
    }

    private static AuthUserGrantRoleRequest grantRole() {
        return AuthUserGrantRoleRequest.newBuilder().setUser("u").setRole("r").build();
    }

    private static AuthRoleGrantPermissionRequest permission() {
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName("r")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(copyFromUtf8("k"))
                        .setRangeEnd(copyFromUtf8("l")))
                .build();
    }

    @Test
    void aCommandInAUsersNameSaysWhoseAndAsOfWhen() {
        assertThat(hex(Commands.as(new Caller("u", 5), Commands.compact(compact(5)))))
                .isEqualTo("0a" + "0000000000000005" + "00000001" + "75" + "04" + "0805");
        assertThat(Commands.as(Caller.NOBODY, Commands.authEnable())).isEqualTo(Commands.authEnable());
        assertThat(hex(Queries.as(new Caller("u", 5), Queries.users())))
                .isEqualTo("09" + "0000000000000005" + "00000001" + "75" + "0b");
    }

    @Test
    void aCommandAboutUsersAndRolesIsItsTagAndTheClientsRequest() {
        assertThat(hex(Commands.authEnable())).isEqualTo("0b");
        assertThat(hex(Commands.authDisable())).isEqualTo("0c");
        assertThat(hex(Commands.userAdd(user()))).isEqualTo("0d" + "0a0175" + "120468617368");
        assertThat(hex(Commands.userDelete(
                        AuthUserDeleteRequest.newBuilder().setName("u").build())))
                .isEqualTo("0e" + "0a0175");
        assertThat(hex(Commands.userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                        .setName("u")
                        .setPassword("hash")
                        .build())))
                .isEqualTo("0f" + "0a0175" + "120468617368");
        assertThat(hex(Commands.userGrantRole(grantRole()))).isEqualTo("10" + "0a0175" + "120172");
        assertThat(hex(Commands.userRevokeRole(AuthUserRevokeRoleRequest.newBuilder()
                        .setName("u")
                        .setRole("r")
                        .build())))
                .isEqualTo("11" + "0a0175" + "120172");
        assertThat(hex(Commands.roleAdd(role()))).isEqualTo("12" + "0a0172");
        assertThat(hex(Commands.roleDelete(
                        AuthRoleDeleteRequest.newBuilder().setRole("r").build())))
                .isEqualTo("13" + "0a0172");
        assertThat(hex(Commands.roleGrantPermission(permission())))
                .isEqualTo("14" + "0a0172" + "1208" + "0802" + "12016b" + "1a016c");
        assertThat(hex(Commands.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole("r")
                        .setKey(copyFromUtf8("k"))
                        .setRangeEnd(copyFromUtf8("l"))
                        .build())))
                .isEqualTo("15" + "0a0172" + "12016b" + "1a016c");
        assertThat(hex(Commands.authenticate("u", 5, "p")))
                .isEqualTo("16" + "0000000000000005" + "00000001" + "75" + "70");
    }

    private static AlarmRequest alarm() {
        return AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setMemberID(5)
                .setAlarmValue(1)
                .build();
    }

    private static Member member(long id, String node) {
        return Member.newBuilder()
                .setID(id)
                .setName(node)
                .addPeerURLs(node.equals("n1") ? "p" : "q")
                .addClientURLs("c")
                .build();
    }

    @Test
    void aCommandAboutMembersIsItsTagAndTheRequest() {
        String member = "0803" + "12026e31" + "1a0170" + "220163";
        assertThat(hex(MemberCommands.found(9, member(3, "n1")))).isEqualTo("18" + "0000000000000009" + member);
        assertThat(hex(MemberCommands.started(member(3, "n1")))).isEqualTo("19" + member);
        assertThat(hex(MemberCommands.add(member(3, "n1"), true))).isEqualTo("1a" + member);
        assertThat(hex(MemberCommands.add(member(3, "n1"), false))).isEqualTo("23" + member);
        assertThat(hex(MemberCommands.remove(
                        MemberRemoveRequest.newBuilder().setID(4).build(), true)))
                .isEqualTo("1b" + "0804");
        assertThat(hex(MemberCommands.remove(
                        MemberRemoveRequest.newBuilder().setID(4).build(), false)))
                .isEqualTo("24" + "0804");
        assertThat(hex(MemberCommands.update(MemberUpdateRequest.newBuilder()
                        .setID(4)
                        .addPeerURLs("p")
                        .build())))
                .isEqualTo("1c" + "0804" + "120170");
        assertThat(hex(MemberCommands.promote(
                        MemberPromoteRequest.newBuilder().setID(4).build())))
                .isEqualTo("1d" + "0804");
    }

    @Test
    void aCommandAboutAnAlarmIsItsTagAndTheRequest() {
        assertThat(hex(Commands.alarm(alarm()))).isEqualTo("17" + "0801" + "1005" + "1801");
    }

    @Test
    void aPointOfComparisonAndItsHashAreNumbers() {
        assertThat(hex(Commands.hashPoint(7))).isEqualTo("21" + "0000000000000007");
        assertThat(hex(Commands.hashClaim(7, -2))).isEqualTo("22" + "0000000000000007" + "fffffffe");
    }

    /** Results are kept with their sessions, in snapshots of the group. */
    @Test
    void aRefusalIsOneAndTheErrorsIdAndTheIdsStay() {
        assertThat(hex(Result.refused(EtcdError.COMPACTED))).isEqualTo("0108");
        assertThat(hex(Result.ok(new byte[] {42}))).isEqualTo("002a");
        Map<Integer, String> names = Arrays.stream(EtcdError.values())
                .collect(Collectors.toMap(EtcdError::wireId, EtcdError::name, (a, b) -> a + b, TreeMap::new));
        assertThat(names.toString())
                .isEqualTo("{1=EMPTY_KEY, 2=KEY_NOT_FOUND, 3=VALUE_PROVIDED, 4=LEASE_PROVIDED, 5=TOO_MANY_OPS,"
                        + " 6=DUPLICATE_KEY, 7=INVALID_SORT_OPTION, 8=COMPACTED, 9=FUTURE_REVISION, 10=NO_SPACE,"
                        + " 11=LEASE_NOT_FOUND, 12=LEASE_EXISTS, 13=LEASE_TTL_TOO_LARGE, 14=REQUEST_TOO_LARGE,"
                        + " 15=TOO_MANY_REQUESTS, 16=NO_LEADER, 17=LEADER_CHANGED, 18=STOPPED, 19=TIMEOUT,"
                        + " 20=TIMEOUT_LEADER_FAILED, 21=MEMBER_NOT_FOUND, 22=NOT_LEADER,"
                        + " 23=BAD_LEADER_TRANSFEREE, 24=MALFORMED, 25=ROOT_USER_NOT_EXIST, 26=ROOT_ROLE_NOT_EXIST,"
                        + " 27=USER_ALREADY_EXIST, 28=USER_EMPTY, 29=USER_NOT_FOUND, 30=ROLE_ALREADY_EXIST,"
                        + " 31=ROLE_NOT_FOUND, 32=ROLE_EMPTY, 33=AUTH_FAILED, 34=PERMISSION_DENIED,"
                        + " 35=ROLE_NOT_GRANTED, 36=PERMISSION_NOT_GRANTED, 37=AUTH_NOT_ENABLED,"
                        + " 38=INVALID_AUTH_TOKEN, 39=INVALID_AUTH_MGMT, 40=AUTH_OLD_REVISION, 41=NO_PASSWORD_USER,"
                        + " 42=CORRUPT, 43=MEMBER_EXISTS, 44=PEER_URL_EXISTS, 45=MEMBER_NOT_ENOUGH_STARTED,"
                        + " 46=MEMBER_BAD_URLS, 47=MEMBER_NOT_LEARNER, 48=LEARNER_NOT_READY, 49=TOO_MANY_LEARNERS,"
                        + " 50=UNHEALTHY, 51=TIMEOUT_LEADER_TRANSFER, 52=NOT_SUPPORTED_FOR_LEARNER,"
                        + " 53=NO_LEADER_IN_TIME}");
    }

    @Test
    void aSnapshotIsOfVersionFiveAndSaysWhoMayDoWhatWhichAlarmsAreRaisedAndWhoBelongs() throws Exception {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        machine.apply(1, Commands.leaseGrant(grant()));
        machine.apply(2, Commands.put(put("v", 7)));
        machine.apply(3, Commands.put(put("w", 0)));
        machine.apply(4, Commands.compact(compact(2)));
        machine.apply(5, Commands.lessorPromoted(3));
        machine.apply(6, Commands.userAdd(user()));
        machine.apply(7, Commands.roleAdd(role()));
        machine.apply(8, Commands.roleGrantPermission(permission()));
        machine.apply(9, Commands.userGrantRole(grantRole()));
        machine.apply(10, Commands.alarm(alarm()));
        machine.apply(11, MemberCommands.found(9, member(3, "n1")));
        machine.apply(12, MemberCommands.found(9, member(4, "n2")));
        machine.apply(
                13,
                MemberCommands.remove(MemberRemoveRequest.newBuilder().setID(4).build(), true));
        var bytes = new ByteArrayOutputStream();
        machine.freeze().writeTo(bytes);
        assertThat(HexFormat.of().formatHex(bytes.toByteArray())).isEqualTo(SNAPSHOT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aSnapshotOfAnyVersionIsReadWithItsHistory(int version) throws Exception {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        machine.restore(new ByteArrayInputStream(HexFormat.of()
                .parseHex(List.of(SNAPSHOT_1, SNAPSHOT_2, SNAPSHOT_3, SNAPSHOT_4, SNAPSHOT)
                        .get(version - 1))));
        for (var expected : Map.of(2L, "v", 3L, "w").entrySet()) {
            var range = RangeRequest.newBuilder().setKey(copyFromUtf8("k")).setRevision(expected.getKey());
            var read = (Result.Ok) Result.parse(machine.query(Queries.range(range.build())));
            var response = RangeResponse.parseFrom(read.body());
            assertThat(response.getHeader().getRevision()).isEqualTo(3);
            assertThat(response.getKvs(0).getValue().toStringUtf8()).isEqualTo(expected.getValue());
        }
        assertThat(hex(machine.apply(6, Commands.leaseExpired(7, 2, 1))))
                .as("the snapshot remembers the lessor's term")
                .isEqualTo("0116");
        assertThat(hex(machine.apply(
                        7,
                        ByteString.fromArray(HexFormat.of().parseHex("08" + "0000000000000007" + "0000000000000003")))))
                .as("an expiry as version 1 wrote it")
                .startsWith("00");
        assertThat(hex(machine.apply(8, Commands.put(put("x", 0)))))
                .as("the alarm is raised where it was")
                .startsWith(version >= 4 ? "010a" : "00");
    }

    @Test
    void anExpiryOfALeaseWhoseIdWasGrantedAnewMeanwhileIsVoid() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        machine.apply(1, Commands.leaseGrant(grant()));
        machine.apply(
                2, Commands.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));
        machine.apply(3, Commands.leaseGrant(grant()));
        assertThat(hex(machine.apply(4, Commands.leaseExpired(7, 3, 1)))).isEqualTo("010b");
        assertThat(hex(machine.apply(5, Commands.leaseExpired(7, 3, 3)))).startsWith("00");
    }
}
