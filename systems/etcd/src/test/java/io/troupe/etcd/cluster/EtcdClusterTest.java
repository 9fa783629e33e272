package io.troupe.etcd.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.SnapshotRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import io.troupe.cluster.local.Signal;
import io.troupe.cluster.node.NodeStatus;
import io.troupe.etcd.jvms.MemberJvms;
import io.troupe.sim.checker.HistoryRecorder;
import io.troupe.sim.checker.KeyValue;
import io.troupe.sim.checker.Limits;
import io.troupe.sim.checker.Linearizability;
import io.troupe.sim.checker.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three JVMs, strangers' clients, and a leader that is killed with SIGKILL while they work, or stopped. On Raft, or on the
 * engine that {@code -Dtroupe.engine} names. Reads go by the leader's lease, which promises the same and has more to go wrong
 * than ReadIndex, the default.
 */
class EtcdClusterTest {

    private static final String LOAD = "load/";

    @TempDir
    static Path folder;

    private static LocalCluster cluster;
    private static List<ManagedChannel> channels;

    @BeforeAll
    static void start() {
        cluster = MemberJvms.cluster(folder.resolve("cluster"))
                .config(
                        """
                        troupe.etcd.engine = %s
                        troupe.etcd.linearizable-reads = lease
                        """
                                .formatted(System.getProperty("troupe.engine", "raft")))
                .jvmOptions("-Xmx384m")
                .start();
        cluster.awaitReady(Duration.ofSeconds(120));
        channels = cluster.nodeIds().stream()
                .map(node -> (ManagedChannel) NettyChannelBuilder.forAddress("127.0.0.1", cluster.port("etcd", node))
                        .usePlaintext()
                        .build())
                .toList();
    }

    @AfterAll
    static void stop() throws Exception {
        if (channels != null) {
            for (ManagedChannel channel : channels) {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static Client jetcd() {
        return Client.builder()
                .endpoints(cluster.nodeIds().stream()
                        .map(node -> "http://127.0.0.1:" + cluster.port("etcd", node))
                        .toArray(String[]::new))
                .build();
    }

    private static Optional<String> leader() {
        return cluster.status().stream()
                .map(NodeState::status)
                .filter(status -> status != null)
                .flatMap(status -> status.groups().stream())
                .filter(group -> group.role().equalsIgnoreCase("leader"))
                .map(group -> group.leader())
                .findFirst();
    }

    private static String awaitLeader() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(EtcdClusterTest::leader, Optional::isPresent)
                .orElseThrow();
    }

    /** The leader answers, and tells the others later what is committed; in etcd who answers has applied it. */
    @Test
    void aMemberHasInItsSerializableReadsWhatItHasAnswered() {
        assumeTrue(System.getProperty("troupe.engine", "raft").equals("raft"), "of Raft's followers");
        ByteString key = ByteString.copyFromUtf8("answered");
        var put = PutRequest.newBuilder().setKey(key);
        var get = RangeRequest.newBuilder().setKey(key).setSerializable(true).build();
        for (ManagedChannel channel : channels) {
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
            Awaitility.await() // Where a test before has stopped it, it may have to catch up first.
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        for (int i = 0; i < 100; i++) {
                            var value = ByteString.copyFromUtf8(Integer.toString(i));
                            kv.put(put.setValue(value).build());
                            assertThat(kv.range(get).getKvs(0).getValue()).isEqualTo(value);
                        }
                    });
        }
    }

    /** Writes fresh keys through one client until told to stop; notes each that was acknowledged, with its revision. */
    private static void write(Client client, int writer, AtomicBoolean goOn, TreeMap<Long, String> acknowledged) {
        for (int i = 0; goOn.get(); i++) {
            String key = LOAD + writer + "/" + i;
            try {
                PutResponse response =
                        client.getKVClient().put(bytes(key), bytes(key)).get(20, TimeUnit.SECONDS);
                synchronized (acknowledged) {
                    acknowledged.put(response.getHeader().getRevision(), key);
                }
            } catch (ExecutionException | TimeoutException e) {
                // Its outcome is unknown, and nothing is claimed about it.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Test
    void nothingAcknowledgedIsLostNorMissedByAWatchWhenTheLeaderIsKilledAndComesBack() throws Exception {
        var acknowledged = new TreeMap<Long, String>();
        var seen = new ConcurrentLinkedQueue<String>();
        var seenRevisions = new ConcurrentLinkedQueue<Long>();
        var history = new HistoryRecorder<KeyValue.Input, KeyValue.Output>();
        var goOn = new AtomicBoolean(true);
        ExecutorService clients = Executors.newCachedThreadPool();
        try (Client client = jetcd();
                var watching = client.getWatchClient()
                        .watch(
                                bytes(LOAD),
                                WatchOption.builder()
                                        .isPrefix(true)
                                        .withRevision(1)
                                        .build(),
                                response -> response.getEvents().forEach(event -> {
                                    seen.add(event.getKeyValue().getKey().toString());
                                    seenRevisions.add(event.getKeyValue().getModRevision());
                                }))) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                clients.execute(() -> write(client, number, goOn, acknowledged));
                clients.execute(new RegisterClient(number, channels, history, goOn::get));
            }
            awaitMore(acknowledged, 100);

            String killed = awaitLeader();
            cluster.kill(killed);
            awaitMore(acknowledged, 200);
            cluster.restart(killed);
            cluster.awaitReady(Duration.ofSeconds(120));
            awaitMore(acknowledged, 200);

            goOn.set(false);
            clients.shutdown();
            assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

            var stored = client.getKVClient()
                    .get(bytes(LOAD), GetOption.builder().isPrefix(true).build())
                    .get(30, TimeUnit.SECONDS);
            var storedByRevision = new TreeMap<Long, String>();
            stored.getKvs()
                    .forEach(kv -> storedByRevision.put(
                            kv.getModRevision(), kv.getKey().toString()));
            assertThat(storedByRevision.values()).containsAll(acknowledged.values());

            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                            new ArrayList<>(seenRevisions).stream().reduce(0L, Math::max))
                    .isGreaterThanOrEqualTo(storedByRevision.lastKey()));
            assertThat(new ArrayList<>(seenRevisions)).isSorted().doesNotHaveDuplicates();
            assertThat(new ArrayList<>(seen)).containsAll(storedByRevision.values());
        } finally {
            goOn.set(false);
            clients.shutdownNow();
        }
        Verdict verdict =
                Linearizability.check(new KeyValue(), history.history(), Limits.within(Duration.ofSeconds(60)));
        assertThat(verdict).isInstanceOf(Verdict.Valid.class);
    }

    @Test
    void aLeaderThatIsToldToStopHandsItsLeadershipOverBeforeItLeaves() throws Exception {
        String leaving = awaitLeader();
        Path log = cluster.log(leaving);
        int before = Files.readString(log).length();
        cluster.signal(leaving, Signal.TERM);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !cluster.isRunning(leaving));
        assertThat(Files.readString(log).substring(before))
                .as("it followed its successor before it was gone, so nobody waited for its silence")
                .containsPattern(
                        "Group etcd: %s is FOLLOWER in ((term|ballot) [\\w.]+, leader |.* chain=\\[)(?!%<s)n\\d"
                                .formatted(leaving));
        try (Client client = jetcd()) {
            client.getKVClient().put(bytes("after"), bytes("hand-over")).get(20, TimeUnit.SECONDS);
        }
        cluster.start(leaving);
        cluster.awaitReady(Duration.ofSeconds(120));
    }

    /** The value of {@code key}, asked of one node; what waits in the socket of a stopped one is answered when it goes on. */
    private static ListenableFuture<String> ask(String node, String key) {
        var range =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return Futures.transform(
                KVGrpc.newFutureStub(channel(node))
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .range(range),
                response -> response.getKvs(0).getValue().toStringUtf8(),
                MoreExecutors.directExecutor());
    }

    private static ManagedChannel channel(String node) {
        return channels.get(cluster.nodeIds().indexOf(node));
    }

    private static boolean put(String node, String key, String value) {
        var put = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        try {
            KVGrpc.newBlockingStub(channel(node))
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .put(put);
            return true;
        } catch (StatusRuntimeException e) {
            return false; // Of unknown outcome; the same is put again.
        }
    }

    @Test
    void aLeaderThatWasStoppedForLongerThanItsLeaseNeverAnswersWithWhatWasBefore() throws Exception {
        String stopped = awaitLeader();
        String other = cluster.nodeIds().stream()
                .filter(node -> !node.equals(stopped))
                .findFirst()
                .orElseThrow();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> put(stopped, "lease", "old"));

        var asked = new ArrayList<ListenableFuture<String>>();
        cluster.signal(stopped, Signal.STOP);
        try {
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> put(other, "lease", "new"));
            for (int i = 0; i < 100; i++) { // The first that it finds when it wakes, before any message of its peers.
                asked.add(ask(stopped, "lease"));
            }
        } finally {
            cluster.signal(stopped, Signal.CONT);
        }
        for (ListenableFuture<String> answer : asked) {
            try {
                assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("new");
            } catch (ExecutionException e) {
                // Refused: it leads no more, and promises nothing.
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(ExecutionException.class)
                .untilAsserted(() -> assertThat(ask(stopped, "lease").get(30, TimeUnit.SECONDS))
                        .isEqualTo("new"));
        cluster.awaitReady(Duration.ofSeconds(120));
    }

    /**
     * A disk that takes no more, as the operating system can be told of one process: a write beyond {@code bytes} of any
     * file fails.
     */
    private static void limitFiles(String node, String bytes) throws Exception {
        long pid = cluster.status().stream()
                .filter(state -> state.id().equals(node))
                .findFirst()
                .orElseThrow()
                .pid();
        Process prlimit =
                new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":unlimited").start();
        assertThat(prlimit.waitFor()).isZero();
    }

    private static void assumeDisksCanBeMadeToLookFull() throws Exception {
        assumeTrue(
                new ProcessBuilder("sh", "-c", "command -v prlimit").start().waitFor() == 0,
                "no prlimit on the PATH (util-linux): no disk is made to look full");
    }

    /** Writes until so many keys of this prefix are acknowledged, which are more than the disk of {@code full} takes. */
    private static Set<String> fill(String full, String prefix) throws Exception {
        Set<String> acknowledged = new TreeSet<>();
        ByteSequence value = bytes("v".repeat(64 * 1024));
        limitFiles(full, Long.toString(Files.size(cluster.log(full)) + (1 << 20)));
        try (Client client = jetcd()) {
            for (int i = 0; acknowledged.size() < 40; i++) {
                String key = prefix + i;
                try {
                    client.getKVClient().put(bytes(key), value).get(20, TimeUnit.SECONDS);
                    acknowledged.add(key);
                } catch (ExecutionException | TimeoutException e) {
                    // Refused, or of unknown outcome: nothing is claimed about it.
                }
            }
        }
        return acknowledged;
    }

    private static void requireItTellsSoAndGoesOn(String full) throws Exception {
        assertThat(cluster.isRunning(full)).as("the node itself goes on").isTrue();
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(etcdOf(full))
                .contains("has failed", "start the node again"));
        assertThat(Files.readString(cluster.log(full)))
                .containsPattern("The journal in .* cannot be written: .* Make room on that disk");
    }

    /** A new process has no limit: there is space again. */
    private static void requireItIsBackWith(String full, String prefix, Set<String> keys) throws Exception {
        cluster.restart(full);
        cluster.awaitReady(Duration.ofSeconds(120));
        try (Client client = Client.builder()
                .endpoints("http://127.0.0.1:" + cluster.port("etcd", full))
                .build()) {
            var option = GetOption.builder().isPrefix(true).withKeysOnly(true).build();
            var stored = client.getKVClient().get(bytes(prefix), option).get(30, TimeUnit.SECONDS);
            assertThat(stored.getKvs().stream().map(kv -> kv.getKey().toString()))
                    .containsAll(keys);
        }
    }

    @Test
    void aLeaderWhoseDiskIsFullMakesRoomForAnotherAndIsBackWithEverythingOnceThereIsSpace() throws Exception {
        assumeDisksCanBeMadeToLookFull();
        String full = awaitLeader();
        Set<String> acknowledged = fill(full, "full-leader/");
        assertThat(awaitLeader()).as("another leads").isNotEqualTo(full);
        requireItTellsSoAndGoesOn(full);
        requireItIsBackWith(full, "full-leader/", acknowledged);
    }

    @Test
    void aFollowerWhoseDiskIsFullStopsNobodyElse() throws Exception {
        assumeDisksCanBeMadeToLookFull();
        String leader = awaitLeader();
        String full = cluster.nodeIds().stream()
                .filter(node -> !node.equals(leader))
                .findFirst()
                .orElseThrow();
        Set<String> acknowledged = fill(full, "full-follower/");
        requireItTellsSoAndGoesOn(full);
        for (String node : cluster.nodeIds()) {
            if (!node.equals(full)) {
                Awaitility.await(node + " serves")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> put(node, "serves", node));
            }
        }
        requireItIsBackWith(full, "full-follower/", acknowledged);
    }

    @Test
    void whoIsLeftWithoutAMajorityAnswersFromWhatItHasUntilTheOthersAreBack() throws Exception {
        String left = awaitLeader();
        List<String> gone =
                cluster.nodeIds().stream().filter(node -> !node.equals(left)).toList();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> put(left, "alone", "what it has"));
        gone.forEach(cluster::kill);
        Awaitility.await("its cluster has ended for it")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> membershipOf(left).equals("downed"));

        var fromWhatItHas = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("alone"))
                .setSerializable(true)
                .build();
        var kv = KVGrpc.newBlockingStub(channel(left)).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThat(kv.range(fromWhatItHas).getKvs(0).getValue().toStringUtf8()).isEqualTo("what it has");
        var maintenance = MaintenanceGrpc.newBlockingStub(channel(left)).withDeadlineAfter(20, TimeUnit.SECONDS);
        assertThat(maintenance.status(StatusRequest.getDefaultInstance()).getLeader())
                .isZero();
        var snapshot = maintenance.snapshot(SnapshotRequest.getDefaultInstance());
        assertThat(snapshot.next().getBlob().isEmpty()).isFalse();
        assertThat(put(left, "alone", "more")).as("nothing is decided alone").isFalse();

        gone.forEach(cluster::start);
        cluster.awaitReady(Duration.ofSeconds(120));
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> put(left, "alone", "no more"));
    }

    private static String membershipOf(String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node))
                .map(state -> state.status().membership())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void etcdctlMovesTheLeader() throws Exception {
        assumeTrue(Etcdctl.isInstalled(), Etcdctl.ABSENT);
        String from = awaitLeader();
        String to = cluster.nodeIds().stream()
                .filter(node -> !node.equals(from))
                .findFirst()
                .orElseThrow();
        Etcdctl.moveLeader(cluster, from, to);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> leader().equals(Optional.of(to)));
    }

    private static String etcdOf(String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node) && state.status() != null)
                .flatMap(state -> state.status().systems().stream())
                .map(NodeStatus.Hosted::detail)
                .findFirst()
                .orElse("");
    }

    private static void awaitMore(TreeMap<Long, String> acknowledged, int more) {
        int before = size(acknowledged);
        Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> size(acknowledged) >= before + more);
    }

    private static int size(TreeMap<Long, String> acknowledged) {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }
}
