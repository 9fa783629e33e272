package io.troupe.etcd.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthRoleRevokePermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserChangePasswordRequest;
import io.etcd.jetcd.api.AuthUserDeleteRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.Member;
import io.etcd.jetcd.api.MemberRemoveRequest;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.TxnRequest;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.auth.Caller;
import io.troupe.sim.jvms.ReplayedLog;
import io.troupe.sim.jvms.UnlikeJvms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The same log (puts, transactions, leases, compactions, users, members, alarms) comes to the same answers and the same
 * state, to the byte, wherever a replica runs.
 */
class StoreDeterminismTest {

    private static final int COMMANDS = 1_500;

    @Test
    void replicasOnUnlikeJvmsHaveTheSameStore() throws InterruptedException {
        var printed = UnlikeJvms.run(StoreDeterminismTest.class);
        assertThat(new HashSet<>(printed.values())).as("%s", printed).hasSize(1);
    }

    /** That the log is one of changes, and not of refusals. */
    @Test
    void mostOfTheLogIsCarriedOut() {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        List<org.apache.pekko.util.ByteString> log = new Log().commands();
        int refused = 0;
        for (int i = 0; i < log.size(); i++) {
            refused += Result.parse(machine.apply(i + 1L, log.get(i))) instanceof Result.Refused ? 1 : 0;
        }
        assertThat(refused).isBetween(COMMANDS / 50, COMMANDS / 3);
    }

    public static void main(String[] none) throws IOException {
        new ReplayedLog(new Log().commands()).print(() -> {
            EtcdStateMachine machine = new EtcdStateMachine(StoreListener.NONE);
            return new ReplayedLog.Machine(
                    machine::apply, out -> machine.freeze().writeTo(out), machine::restore);
        });
    }

    /** One that a store behind it follows, so that its users name the revision that they are known under. */
    private static final class Log {

        private final SplittableRandom random = new SplittableRandom(1);
        private final List<org.apache.pekko.util.ByteString> commands = new ArrayList<>();
        private AuthState auth = AuthState.INITIAL;
        private long revision = MvccStore.FIRST_REVISION;
        private final EtcdStateMachine store = new EtcdStateMachine(new StoreListener() {
            @Override
            public void onChanges(long reached, List<Change> changes) {
                revision = reached;
            }

            @Override
            public void onAuthChanged(AuthState state) {
                auth = state;
            }
        });

        List<org.apache.pekko.util.ByteString> commands() {
            begin();
            while (commands.size() < COMMANDS) {
                boolean isUsers = random.nextInt(12) == 0;
                add(Commands.as(caller(isUsers), isUsers ? aboutUsers() : aboutKeys()));
            }
            return commands;
        }

        private void add(org.apache.pekko.util.ByteString command) {
            commands.add(command);
            store.apply(commands.size(), command);
        }

        private void begin() {
            add(org.apache.pekko.util.ByteString.fromString("no command"));
            add(MemberCommands.found(7, member(1)));
            add(Commands.lessorPromoted(1));
            for (String user : List.of(AuthState.ROOT, "title-\u0131I")) {
                add(Commands.userAdd(AuthUserAddRequest.newBuilder()
                        .setName(user)
                        .setPassword("hash of " + user)
                        .build()));
                add(Commands.roleAdd(
                        AuthRoleAddRequest.newBuilder().setName(user).build()));
                add(Commands.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                        .setUser(user)
                        .setRole(user)
                        .build()));
            }
        }

        /** Root may do all, the other what its role has been given, and nobody what needs no leave. */
        private Caller caller(boolean isUsers) {
            if (!auth.enabled()) {
                return Caller.NOBODY;
            }
            String user = isUsers || random.nextInt(3) > 0 ? AuthState.ROOT : "title-\u0131I";
            return new Caller(user, auth.revision());
        }

        private static Member member(long id) {
            return Member.newBuilder()
                    .setID(id)
                    .setName("title-" + id)
                    .addPeerURLs("http://title-" + id + ":2380")
                    .build();
        }

        private ByteString key() {
            return ByteString.copyFromUtf8("title-\u0131I\u00e9-" + random.nextInt(60));
        }

        private long lease() {
            return 1 + random.nextInt(20);
        }

        private PutRequest put() {
            var put = PutRequest.newBuilder()
                    .setKey(key())
                    .setValue(ByteString.copyFromUtf8("v" + random.nextLong()))
                    .setPrevKv(random.nextBoolean());
            return (random.nextInt(6) == 0 ? put.setLease(lease()) : put).build();
        }

        private DeleteRangeRequest delete() {
            var delete = DeleteRangeRequest.newBuilder().setKey(key()).setPrevKv(random.nextBoolean());
            return (random.nextInt(3) == 0 ? delete.setRangeEnd(key()) : delete).build();
        }

        private TxnRequest txn() {
            var txn = TxnRequest.newBuilder();
            for (int i = random.nextInt(3); i > 0; i--) {
                txn.addCompare(Compare.newBuilder()
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(random.nextBoolean() ? Compare.CompareResult.EQUAL : Compare.CompareResult.GREATER)
                        .setKey(key())
                        .setVersion(random.nextInt(3)));
            }
            IntStream.range(0, 1 + random.nextInt(3)).forEach(i -> {
                txn.addSuccess(op());
                txn.addFailure(op());
            });
            return txn.build();
        }

        private RequestOp op() {
            var op = RequestOp.newBuilder();
            return switch (random.nextInt(3)) {
                case 0 -> op.setRequestPut(put()).build();
                case 1 -> op.setRequestDeleteRange(delete()).build();
                default ->
                    op.setRequestRange(RangeRequest.newBuilder()
                                    .setKey(key())
                                    .setRangeEnd(key())
                                    .setLimit(random.nextInt(5)))
                            .build();
            };
        }

        private org.apache.pekko.util.ByteString aboutKeys() {
            return switch (random.nextInt(20)) {
                case 0, 1 ->
                    Commands.leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(lease())
                            .setTTL(10 + lease())
                            .build());
                case 2 ->
                    Commands.leaseRevoke(
                            LeaseRevokeRequest.newBuilder().setID(lease()).build());
                case 3 -> Commands.leaseExpired(lease(), 1, LeaseTable.UNKNOWN);
                case 4 ->
                    Commands.compact(CompactionRequest.newBuilder()
                            .setRevision(Math.max(1, revision - random.nextInt(300)))
                            .build());
                case 5, 6, 7 -> Commands.deleteRange(delete());
                case 8, 9, 10, 11 -> Commands.txn(txn());
                case 12 -> Commands.hashPoint(random.nextLong());
                case 13 ->
                    random.nextBoolean()
                            ? MemberCommands.add(member(2 + random.nextInt(4)), true)
                            : MemberCommands.remove(
                                    MemberRemoveRequest.newBuilder()
                                            .setID(2 + random.nextInt(4))
                                            .build(),
                                    true);
                case 14 -> Commands.alarm(alarm());
                default -> Commands.put(put());
            };
        }

        /** Raised seldom and ended soon, for nothing is written meanwhile. */
        private AlarmRequest alarm() {
            return AlarmRequest.newBuilder()
                    .setAction(
                            random.nextInt(8) == 0
                                    ? AlarmRequest.AlarmAction.ACTIVATE
                                    : AlarmRequest.AlarmAction.DEACTIVATE)
                    .setMemberID(1)
                    .setAlarm(AlarmType.NOSPACE)
                    .build();
        }

        private org.apache.pekko.util.ByteString aboutUsers() {
            String name = "name-\u0131I-" + random.nextInt(6);
            return switch (random.nextInt(10)) {
                case 0 -> Commands.authEnable();
                case 1 -> Commands.authDisable();
                case 2 ->
                    Commands.userAdd(AuthUserAddRequest.newBuilder()
                            .setName(name)
                            .setPassword("hash " + random.nextLong())
                            .build());
                case 3 ->
                    Commands.userDelete(
                            AuthUserDeleteRequest.newBuilder().setName(name).build());
                case 4 ->
                    Commands.userChangePassword(AuthUserChangePasswordRequest.newBuilder()
                            .setName("title-\u0131I")
                            .setPassword("hash " + random.nextLong())
                            .build());
                case 5 ->
                    Commands.roleAdd(
                            AuthRoleAddRequest.newBuilder().setName(name).build());
                case 6 -> Commands.authenticate("title-\u0131I", auth.revision(), "prefix" + random.nextInt(9));
                case 7 ->
                    Commands.roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                            .setRole("title-\u0131I")
                            .setKey(key())
                            .build());
                default ->
                    Commands.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                            .setName("title-\u0131I")
                            .setPerm(Permission.newBuilder()
                                    .setPermType(Permission.Type.READWRITE)
                                    .setKey(key())
                                    .setRangeEnd(
                                            random.nextBoolean() ? ByteString.EMPTY : ByteString.copyFromUtf8("u")))
                            .build());
            };
        }
    }
}
