package io.troupe.etcd.standalone;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserListRequest;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.cluster.local.FreePorts;
import io.troupe.cluster.node.DataDirectory;
import io.troupe.cluster.node.Node;
import io.troupe.cluster.node.NodeFailure;
import io.troupe.cluster.node.NodeSettings;
import io.troupe.cluster.node.StoppedNode;
import io.troupe.etcd.SoloNode;
import io.troupe.etcd.auth.AuthState;
import io.troupe.etcd.cluster.Etcdctl;
import io.troupe.etcd.mvcc.EtcdStateMachine;
import io.troupe.etcd.mvcc.Imports;
import io.troupe.etcd.mvcc.MvccRevisions;
import io.troupe.etcd.mvcc.StoreListener;
import io.troupe.persistence.log.DamagedLogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stopped member has, as a snapshot's file; that of a member of three is in {@link StandaloneProcessTest}. */
class StoppedMemberTest {

    private static final int PUTS = 60;
    private static final long LEASE = 7;

    /** Of a member that has stopped; each test has a copy. */
    @TempDir
    private static Path original;

    private static List<String> expected = List.of();

    @TempDir
    private Path folder;

    private Path data;
    private Path file;

    @BeforeAll
    static void run() throws Exception {
        int client = FreePorts.next();
        FlagValues flags = flags(client);
        whileItRuns(LiveMember.settings(flags, MemberSetup.of(flags), original), client, channel -> {
            fill(channel);
            expected = seen(channel);
        });
    }

    private static FlagValues flags(int client) throws IOException {
        String peer = "http://127.0.0.1:" + FreePorts.next();
        return FlagParser.parse(List.of(
                        "--name=m",
                        "--initial-cluster=m=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--listen-peer-urls=" + peer,
                        "--listen-client-urls=http://127.0.0.1:" + client,
                        "--advertise-client-urls=http://127.0.0.1:" + client,
                        "--bcrypt-cost=4",
                        "--snapshot-count=20"))
                .orElseThrow();
    }

    private static void whileItRuns(NodeSettings settings, int client, Consumer<ManagedChannel> work) throws Exception {
        Node node = Node.start(settings);
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", client)
                .usePlaintext()
                .build();
        try {
            work.accept(channel);
        } finally {
            SoloNode.disconnect(channel);
            node.stop();
            node.awaitEnd();
        }
    }

    private static void fill(ManagedChannel channel) {
        LeaseGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(LEASE)
                        .setTTL(3_600)
                        .build());
        var kv = KVGrpc.newBlockingStub(channel);
        for (int i = 0; i < PUTS; i++) {
            kv.put(PutRequest.newBuilder()
                    .setKey(copyFromUtf8("k" + i % 40))
                    .setValue(ByteString.copyFrom(new byte[i * 100]))
                    .setLease(i % 7 == 0 ? LEASE : 0)
                    .build());
        }
        kv.compact(CompactionRequest.newBuilder().setRevision(30).build());
        AuthGrpc.newBlockingStub(channel)
                .userAdd(AuthUserAddRequest.newBuilder()
                        .setName("ann")
                        .setPassword("pw")
                        .build());
    }

    /** The hash is over every change that is kept, with its revision. */
    private static List<String> seen(ManagedChannel channel) {
        var hash =
                MaintenanceGrpc.newBlockingStub(channel).withWaitForReady().hashKV(HashKVRequest.getDefaultInstance());
        var lease = LeaseGrpc.newBlockingStub(channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(LEASE)
                        .setKeys(true)
                        .build());
        return List.of(
                "revision " + hash.getHeader().getRevision(),
                "compacted " + hash.getCompactRevision(),
                "hash " + hash.getHash(),
                "lease of " + lease.getGrantedTTL() + " s with "
                        + lease.getKeysList().stream()
                                .map(ByteString::toStringUtf8)
                                .sorted()
                                .toList(),
                "users "
                        + AuthGrpc.newBlockingStub(channel)
                                .userList(AuthUserListRequest.getDefaultInstance())
                                .getUsersList());
    }

    @BeforeEach
    void copy() throws IOException {
        data = folder.resolve("data").toAbsolutePath();
        file = folder.resolve("saved.db").toAbsolutePath();
        try (Stream<Path> all = Files.walk(original)) {
            for (Path one : all.toList()) {
                Files.copy(one, data.resolve(original.relativize(one)));
            }
        }
    }

    /** Every file and folder, with the time of its last change and a hash of its bytes. */
    static TreeMap<Path, String> contents(Path directory) throws IOException {
        var contents = new TreeMap<Path, String>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path one : all.toList()) {
                String hash = Files.isDirectory(one)
                        ? ""
                        : Hashing.sha256().hashBytes(Files.readAllBytes(one)).toString();
                contents.put(one, Files.getLastModifiedTime(one) + " " + hash);
            }
        }
        return contents;
    }

    private void refused(Class<? extends Exception> kind, String... parts) throws Exception {
        boolean there = Files.exists(file);
        TreeMap<Path, String> before = contents(folder);
        assertThatThrownBy(() -> StoppedMember.save(data, file))
                .isInstanceOf(kind)
                .hasMessageContainingAll(parts);
        assertThat(contents(folder)).isEqualTo(before);
        assertThat(Files.exists(file)).isEqualTo(there);
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            return all.filter(path -> path.toString().contains(part) && Files.isRegularFile(path))
                    .sorted()
                    .toList();
        }
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aNewClusterHasAllThatItHadAndItsDirectoryIsAsItWas() throws Exception {
        assertThat(files("group-snapshots")).as("a part is in a snapshot").isNotEmpty();
        TreeMap<Path, String> before = contents(data);
        StoppedMember.Saved saved = StoppedMember.save(data, file);
        assertThat(contents(data)).isEqualTo(before);
        assertThat(expected).contains("revision " + saved.revision());
        assertThat(saved.member()).isEqualTo("m");
        assertThat(saved.end().index()).as("of the log").isGreaterThan(PUTS);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::toAbsolutePath)).containsExactlyInAnyOrder(data, file);
        }

        try (var restored = new SoloNode("troupe.etcd.restore-from = \"" + file + "\"")) {
            ManagedChannel channel = restored.connect();
            try {
                assertThat(seen(channel)).isEqualTo(expected);
            } finally {
                SoloNode.disconnect(channel);
            }
        }
        if (Etcdctl.isInstalled()) {
            assertThat(Etcdctl.at("", "snapshot", "status", file + "", "-w", "json")
                            .output())
                    .contains("\"revision\":" + saved.revision() + ",");
        }
    }

    @Test
    void whileAMemberRunsThereItIsRefusedAndWhileItIsReadNoneStarts() throws Exception {
        try (DataDirectory running = DataDirectory.open(data, "m", "etcd-cluster")) {
            assertThat(running.path()).isEqualTo(data);
            refused(NodeFailure.class, data + " is in use by a running node");
        }
        try (StoppedNode read = StoppedNode.open(data)) {
            assertThat(read.nodeId()).isEqualTo("m");
            assertThatThrownBy(() -> DataDirectory.open(data, "m", "etcd-cluster"))
                    .isInstanceOf(NodeFailure.class)
                    .hasMessageContaining("is in use");
        }
    }

    @Test
    void whereTheFileCannotBeItIsRefused() throws Exception {
        Files.writeString(file, "another");
        refused(IOException.class, file + " is there already");
        assertThat(file).hasContent("another");
        file = folder.resolve("none").resolve("saved.db");
        refused(IOException.class, "the directory " + file.getParent() + " is not there");
        file = data.resolve("saved.db");
        refused(IOException.class, "lies in the data directory");
    }

    @Test
    void whatAnotherEngineHasOrderedIsRefusedByItsName() throws Exception {
        data = folder.resolve("other").toAbsolutePath();
        int client = FreePorts.next();
        FlagValues flags = flags(client);
        NodeSettings onRaft = LiveMember.settings(flags, MemberSetup.of(flags), data);
        Config onPaxos = ConfigFactory.parseString("troupe.etcd.engine = multi-paxos");
        whileItRuns(NodeSettings.of(onPaxos.withFallback(onRaft.config())), client, channel -> KVGrpc.newBlockingStub(
                        channel)
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder().setKey(copyFromUtf8("k")).build()));
        refused(IOException.class, "On the node m the group etcd is ordered by paxos", "only what Raft has ordered");
    }

    @Test
    void whatIsNoMembersIsRefused() throws Exception {
        Path stamp = data.resolve("node.properties");
        Files.writeString(stamp, Files.readString(stamp).replace("node=m", "node=other"));
        refused(IOException.class, "no event of raft-etcd@other, only of [", "raft-etcd@m");
        Files.delete(stamp);
        refused(NodeFailure.class, data + " is not the data directory of a node that has run");
        data = folder.resolve("none");
        refused(NodeFailure.class, data + " is not the data directory of a node that has run");
    }

    @Test
    void whatIsDamagedIsRefusedWithItsFile() throws Exception {
        Path segment = files("journal").stream()
                .filter(path -> path.toString().endsWith(".log"))
                .reduce((first, last) -> last)
                .orElseThrow();
        flip(segment, 100);
        refused(DamagedLogException.class, "damaged in " + segment + " at offset ");
        flip(segment, 100);
        for (Path snapshot : files("group-snapshots")) {
            flip(snapshot, (int) Files.size(snapshot) - 1);
        }
        refused(IOException.class, "the snapshot of that place is missing or damaged");
    }

    @Test
    void aPartOfASnapshotIsRefused() throws Exception {
        var machine = new EtcdStateMachine(StoreListener.NONE);
        machine.apply(1, Imports.begin(7, new TreeMap<>(Map.of(LEASE, 10L))));
        assertThatThrownBy(() -> StoppedMember.whole("m", machine.frozen()))
                .hasMessageContaining("The member m has only a part of the snapshot");
        machine.apply(2, Imports.end(7, 1, MvccRevisions.NEVER_COMPACTED, AuthState.INITIAL));
        assertThat(StoppedMember.whole("m", machine.frozen()).revision()).isEqualTo(1);
    }
}
