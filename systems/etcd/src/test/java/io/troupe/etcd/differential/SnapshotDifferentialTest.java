package io.troupe.etcd.differential;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthRoleGetRequest;
import io.etcd.jetcd.api.AuthRoleGrantPermissionRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGetRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.Permission;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.SnapshotResponse;
import io.grpc.ManagedChannel;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.cluster.Etcdctl;
import io.troupe.etcd.watch.WatchTester;
import io.troupe.paxos.PaxosEngine;
import io.troupe.raft.RaftEngine;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A snapshot saved from this store by etcdctl is sound to etcdctl, and a real etcd serves what it holds. It does not tell what had ordered
 * the store's commands: saved on Raft it is served on Multi-Paxos, too.
 */
class SnapshotDifferentialTest {

    private static final int KEYS = 3_000;
    private static final long LEASE = 0x7eadL;

    @TempDir
    Path folder;

    private SoloNode ours;
    private ManagedChannel toOurs;
    private final SplittableRandom random = new SplittableRandom(7);

    @BeforeEach
    void start() {
        ours = new SoloNode("troupe.etcd.auth.bcrypt-cost = 4");
        toOurs = ours.connect();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(toOurs);
        ours.close();
    }

    private static void assumeInstalled() {
        assumeTrue(
                RealEtcd.program("etcd").isPresent()
                        && RealEtcd.program("etcdctl").isPresent(),
                "no etcd and etcdctl on the PATH: install them (Debian: etcd-server, etcd-client) to run this test");
    }

    private String etcdctl(String... arguments) throws Exception {
        Etcdctl.Ran ran = Etcdctl.at("127.0.0.1:" + ours.port(), arguments);
        assertThat(ran.code()).as(ran.output()).isZero();
        return ran.output();
    }

    private Future<PutResponse> begin(String key, int bytes, long lease) {
        byte[] value = new byte[bytes];
        random.nextBytes(value);
        return KVGrpc.newFutureStub(toOurs)
                .put(PutRequest.newBuilder()
                        .setKey(copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(value))
                        .setLease(lease)
                        .build());
    }

    private static void await(List<Future<PutResponse>> underWay) throws Exception {
        for (var put : underWay) {
            put.get(60, TimeUnit.SECONDS);
        }
    }

    private void put(String key, int bytes, long lease) throws Exception {
        await(List.of(begin(key, bytes, lease)));
    }

    /** Enough for branches above leaves, values beyond a page, histories, a compaction, tombstones on both sides of it. */
    private void fill() throws Exception {
        var kv = KVGrpc.newBlockingStub(toOurs);
        LeaseGrpc.newBlockingStub(toOurs)
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(LEASE)
                        .setTTL(3_600)
                        .build());
        var keys = new ArrayList<Future<PutResponse>>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(begin("k/%05d".formatted(i), random.nextInt(400), i % 100 == 0 ? LEASE : 0));
        }
        await(keys);
        put("large", 1 << 20, 0);
        put("page", 4_096, 0);
        put("empty", 0, 0);
        var again = new ArrayList<Future<PutResponse>>();
        for (int i = 0; i < KEYS; i += 3) {
            again.add(begin("k/%05d".formatted(i), random.nextInt(100), 0));
        }
        await(again);
        delete(kv, "k/00100", "k/00200");
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(KEYS + 500)
                .setPhysical(true)
                .build());
        delete(kv, "k/00300", "k/00400");
        put("k/00350", 10, LEASE);
    }

    private static void delete(KVGrpc.KVBlockingStub kv, String from, String to) {
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(copyFromUtf8(from))
                .setRangeEnd(copyFromUtf8(to))
                .build());
    }

    private static AuthUserAddRequest user(String name) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("pw-" + name)
                .build();
    }

    private void admit() {
        var auth = AuthGrpc.newBlockingStub(toOurs);
        auth.userAdd(user("root"));
        auth.userAdd(user("ann"));
        auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("reader").build());
        auth.roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName("reader")
                .setPerm(Permission.newBuilder()
                        .setPermType(Permission.Type.READ)
                        .setKey(copyFromUtf8("k/"))
                        .setRangeEnd(copyFromUtf8("k0")))
                .build());
        auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("ann")
                .setRole("reader")
                .build());
    }

    /** What a client can see of a store. */
    private static List<String> seen(ManagedChannel channel, long revision, long compacted) throws Exception {
        List<String> seen = new ArrayList<>();
        var kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        for (long at : new long[] {compacted, compacted + 7, revision - 1, revision}) {
            var all = RangeRequest.newBuilder()
                    .setKey(ByteString.copyFrom(new byte[1]))
                    .setRangeEnd(ByteString.copyFrom(new byte[1]))
                    .setRevision(at)
                    .build();
            kv.withWaitForReady().range(all).getKvsList().forEach(pair -> seen.add(at + " " + pair));
        }
        for (long at : new long[] {revision - 40, revision}) {
            var hash = MaintenanceGrpc.newBlockingStub(channel)
                    .hashKV(HashKVRequest.newBuilder().setRevision(at).build());
            seen.add("hash at " + at + " " + hash.getHash() + ", compacted " + hash.getCompactRevision());
        }
        var lease = LeaseGrpc.newBlockingStub(channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(LEASE)
                        .setKeys(true)
                        .build());
        seen.add("lease of " + lease.getGrantedTTL() + " s with "
                + lease.getKeysList().stream()
                        .map(ByteString::toStringUtf8)
                        .sorted()
                        .toList());
        var auth = AuthGrpc.newBlockingStub(channel);
        auth.userList(AuthUserListRequest.getDefaultInstance())
                .getUsersList()
                .forEach(name -> seen.add(name + " has "
                        + auth.userGet(AuthUserGetRequest.newBuilder()
                                        .setName(name)
                                        .build())
                                .getRolesList()));
        seen.add(""
                + auth.roleGet(AuthRoleGetRequest.newBuilder().setRole("reader").build())
                        .getPermList());
        var watch = new WatchTester(channel);
        watch.create(WatchTester.prefix("k").setStartRevision(compacted + 1).setPrevKv(true));
        watch.next();
        long reached = compacted;
        while (reached < revision) {
            for (Event event : watch.next().getEventsList()) {
                seen.add("" + event);
                reached = event.getKv().getModRevision();
            }
        }
        watch.leave();
        return seen;
    }

    @Test
    void aSnapshotIsSavedAndJudgedByEtcdctlAndServedByARealEtcd() throws Exception {
        assumeInstalled();
        fill();
        admit();
        var status = MaintenanceGrpc.newBlockingStub(toOurs).hashKV(HashKVRequest.getDefaultInstance());
        long revision = status.getHeader().getRevision();
        long compacted = status.getCompactRevision();
        String file = folder.resolve("saved.db").toString();

        assertThat(etcdctl("snapshot", "save", file)).contains("Snapshot saved at " + file);
        assertThat(etcdctl("snapshot", "status", file, "-w", "json")).contains("\"revision\":" + revision + ",");
        etcdctl(
                "snapshot",
                "restore",
                file,
                "--data-dir=" + folder.resolve("data"),
                "--name=default",
                "--initial-cluster=default=http://localhost:2380");

        try (RealEtcd real = RealEtcd.start(RealEtcd.program("etcd").orElseThrow(), folder)) {
            ManagedChannel toReal = real.connect();
            try {
                List<String> expected = seen(toOurs, revision, compacted);
                assertThat(expected).hasSizeGreaterThan(4 * KEYS);
                assertThat(seen(toReal, revision, compacted)).isEqualTo(expected);
            } finally {
                SoloNode.disconnect(toReal);
            }
        }
    }

    @Test
    void aClusterBeginsFromASnapshotOfItsOwnKindAndFromOneOfARealEtcd() throws Exception {
        assumeInstalled();
        fill();
        admit();
        var status = MaintenanceGrpc.newBlockingStub(toOurs).hashKV(HashKVRequest.getDefaultInstance());
        long revision = status.getHeader().getRevision();
        long compacted = status.getCompactRevision();
        List<String> expected = seen(toOurs, revision, compacted);
        String file = folder.resolve("saved.db").toString();
        etcdctl("snapshot", "save", file);
        isServedOn(RaftEngine.NAME, file, expected, revision, compacted);

        etcdctl(
                "snapshot",
                "restore",
                file,
                "--data-dir=" + folder.resolve("data"),
                "--name=default",
                "--initial-cluster=default=http://localhost:2380");
        String again = folder.resolve("again.db").toString();
        try (RealEtcd real = RealEtcd.start(RealEtcd.program("etcd").orElseThrow(), folder)) {
            ManagedChannel toReal = real.connect();
            try {
                assertThat(seen(toReal, revision, compacted)).isEqualTo(expected);
                save(toReal, again);
            } finally {
                SoloNode.disconnect(toReal);
            }
        }
        isServedOn(PaxosEngine.NAME, again, expected, revision, compacted);
        String directory = folder.resolve("restored").toString();
        etcdctl(
                "snapshot",
                "restore",
                again,
                "--data-dir=" + directory,
                "--name=default",
                "--initial-cluster=default=http://localhost:2380");
        isServedOn(PaxosEngine.NAME, directory, expected, revision, compacted);
    }

    private static void save(ManagedChannel channel, String file) throws Exception {
        var snapshot = MaintenanceGrpc.newBlockingStub(channel).snapshot(SnapshotRequest.getDefaultInstance());
        try (var out = Files.newOutputStream(Path.of(file))) {
            while (snapshot.hasNext()) {
                snapshot.next().getBlob().writeTo(out);
            }
        }
    }

    private static void isServedOn(String engine, String file, List<String> expected, long revision, long compacted)
            throws Exception {
        try (var restored = new SoloNode(engine, "troupe.etcd.restore-from = \"" + file + "\"")) {
            ManagedChannel channel = restored.connect();
            try {
                assertThat(seen(channel, revision, compacted)).isEqualTo(expected);
            } finally {
                SoloNode.disconnect(channel);
            }
        }
    }

    @Test
    void anEmptyStoreHasASnapshotToo() throws Exception {
        assumeInstalled();
        String file = folder.resolve("empty.db").toString();
        etcdctl("snapshot", "save", file);
        assertThat(etcdctl("snapshot", "status", file)).contains(", 0, ");
    }

    @Test
    void theStreamTellsWhatIsLeftAndEndsWithTheChecksumOfAllBefore() throws Exception {
        put("k", 100_000, 0);
        var file = new ByteArrayOutputStream();
        SnapshotResponse last = SnapshotResponse.getDefaultInstance();
        var snapshot = MaintenanceGrpc.newBlockingStub(toOurs).snapshot(SnapshotRequest.getDefaultInstance());
        while (snapshot.hasNext()) {
            last = snapshot.next();
            last.getBlob().writeTo(file);
            assertThat(last.getHeader().getRevision()).isEqualTo(2);
        }
        byte[] bytes = file.toByteArray();
        byte[] database = Arrays.copyOf(bytes, bytes.length - 32);
        assertThat(last.getRemainingBytes()).isZero();
        assertThat(last.getBlob().toByteArray())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(database));
        assertThat(database.length % 4096).isZero();
    }
}
