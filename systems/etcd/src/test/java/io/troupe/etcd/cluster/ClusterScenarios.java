package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.options.GetOption;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import io.troupe.cluster.local.Signal;
import io.troupe.cluster.node.NodeStatus;
import io.troupe.etcd.Patience;
import io.troupe.etcd.jvms.MemberJvms;
import io.troupe.paxos.PaxosEngine;
import io.troupe.raft.RaftEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What three JVMs go through on whatever engine, with strangers' clients: a leader that is told to stop, is stopped, or has a full
 * disk. Reads go by the leader's lease, which promises the same and has more to go wrong than ReadIndex, the default.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClusterScenarios {

    private final String engine;
    /** What the operator adds to the configuration of all nodes, from the next start of each on. */
    Path addition;

    LocalCluster cluster;
    List<ManagedChannel> channels;

    /** @param engine that orders the store's commands */
    ClusterScenarios(String engine) {
        this.engine = engine;
    }

    @BeforeAll
    void start(@TempDir Path folder) {
        addition = folder.resolve("addition.conf");
        cluster = MemberJvms.cluster(folder.resolve("cluster"))
                .config(
                        """
                        troupe.etcd.engine = %s
                        troupe.etcd.linearizable-reads = lease
                        troupe.etcd.request-timeout = 4s
                        include file("%s")
                        """
                                .formatted(engine, addition))
                .jvmOptions("-Xmx384m")
                .start();
        cluster.awaitReady(Patience.TIME);
        channels = cluster.nodeIds().stream()
                .map(node -> (ManagedChannel) NettyChannelBuilder.forAddress("127.0.0.1", cluster.port("etcd", node))
                        .usePlaintext()
                        .build())
                .toList();
    }

    @AfterAll
    void stop() throws Exception {
        if (channels != null) {
            for (ManagedChannel channel : channels) {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
        if (cluster != null) {
            cluster.killAll(); // How members leave is seen above.
        }
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    Client jetcd() {
        return Client.builder()
                .endpoints(cluster.nodeIds().stream()
                        .map(node -> "http://127.0.0.1:" + cluster.port("etcd", node))
                        .toArray(String[]::new))
                .build();
    }

    Optional<String> leader() {
        return cluster.status().stream()
                .map(NodeState::status)
                .filter(status -> status != null)
                .flatMap(status -> status.groups().stream())
                .filter(group -> group.role().equalsIgnoreCase("leader"))
                .map(group -> group.leader())
                .findFirst();
    }

    String awaitLeader() {
        return await("a leader").until(this::leader, Optional::isPresent).orElseThrow();
    }

    /** The leader answers, and tells the others later what is committed; in etcd who answers has applied it. */
    @Test
    void aMemberHasInItsSerializableReadsWhatItHasAnswered() {
        assumeTrue(
                Set.of(RaftEngine.NAME, PaxosEngine.NAME).contains(engine),
                "where who passes answers on learns from them");
        ByteString key = ByteString.copyFromUtf8("answered");
        var put = PutRequest.newBuilder().setKey(key);
        var get = RangeRequest.newBuilder().setKey(key).setSerializable(true).build();
        for (ManagedChannel channel : channels) {
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
            // Where a test before has stopped it, it may have to catch up first.
            await("what it has answered").ignoreExceptions().untilAsserted(() -> {
                for (int i = 0; i < 100; i++) {
                    var value = ByteString.copyFromUtf8(Integer.toString(i));
                    kv.put(put.setValue(value).build());
                    assertThat(kv.range(get).getKvs(0).getValue()).isEqualTo(value);
                }
            });
        }
    }

    @Test
    void aLeaderThatIsToldToStopHandsItsLeadershipOverBeforeItLeaves() throws Exception {
        String leaving = awaitLeader();
        Path log = cluster.log(leaving);
        int before = Files.readString(log).length();
        cluster.signal(leaving, Signal.TERM);
        await("it has left").until(() -> !cluster.isRunning(leaving));
        assertThat(Files.readString(log).substring(before))
                .as("it followed its successor before it was gone, so nobody waited for its silence")
                .containsPattern(
                        "Group etcd: %s is FOLLOWER in ((term|ballot) [\\w.]+, leader |.* chain=\\[)(?!%<s)n\\d"
                                .formatted(leaving));
        try (Client client = jetcd()) {
            answer(() ->
                    client.getKVClient().put(bytes("after"), bytes("hand-over")).get(20, TimeUnit.SECONDS));
        }
        cluster.start(leaving);
        cluster.awaitReady(Patience.TIME);
    }

    /** The value of {@code key}, asked of one node; what waits in the socket of a stopped one is answered when it goes on. */
    private ListenableFuture<String> ask(String node, String key) {
        var range =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
        return Futures.transform(
                KVGrpc.newFutureStub(channel(node))
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .range(range),
                response -> response.getKvs(0).getValue().toStringUtf8(),
                MoreExecutors.directExecutor());
    }

    ManagedChannel channel(String node) {
        return channels.get(cluster.nodeIds().indexOf(node));
    }

    boolean put(String node, String key, String value) {
        var put = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        try {
            KVGrpc.newBlockingStub(channel(node))
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
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
        await("the old value").until(() -> put(stopped, "lease", "old"));

        var asked = new ArrayList<ListenableFuture<String>>();
        cluster.signal(stopped, Signal.STOP);
        try {
            await("the new value").until(() -> put(other, "lease", "new"));
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
        assertThat(answer(() -> ask(stopped, "lease").get(60, TimeUnit.SECONDS)))
                .isEqualTo("new");
        cluster.awaitReady(Patience.TIME);
    }

    /**
     * A disk that takes no more, as the operating system can be told of one process: a write beyond {@code bytes} of any
     * file fails.
     */
    private void limitFiles(String node, String bytes) throws Exception {
        long pid = cluster.status().stream()
                .filter(state -> state.id().equals(node))
                .findFirst()
                .orElseThrow()
                .pid();
        Process prlimit =
                new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":unlimited").start();
        assertThat(prlimit.waitFor()).isZero();
    }

    static void assumeDisksCanBeMadeToLookFull() throws Exception {
        assumeTrue(
                new ProcessBuilder("sh", "-c", "command -v prlimit").start().waitFor() == 0,
                "no prlimit on the PATH (util-linux): no disk is made to look full");
    }

    /** Writes until so many keys of this prefix are acknowledged, which are more than the disk of {@code full} takes. */
    Set<String> fill(String full, String prefix) throws Exception {
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

    void requireItTellsSoAndGoesOn(String full) throws Exception {
        assertThat(cluster.isRunning(full)).as("the node itself goes on").isTrue();
        await("it says so").untilAsserted(() -> {
            assertThat(etcdOf(full)).contains("has failed", "start the node again");
            assertThat(Files.readString(cluster.log(full)))
                    .containsPattern("The journal in .* cannot be written: .* Make room on that disk");
        });
    }

    /** A new process has no limit: there is space again. */
    void requireItIsBackWith(String full, String prefix, Set<String> keys) throws Exception {
        cluster.restart(full);
        cluster.awaitReady(Patience.TIME);
        try (Client client = Client.builder()
                .endpoints("http://127.0.0.1:" + cluster.port("etcd", full))
                .build()) {
            var option = GetOption.builder().isPrefix(true).withKeysOnly(true).build();
            var stored =
                    answer(() -> client.getKVClient().get(bytes(prefix), option).get(30, TimeUnit.SECONDS));
            assertThat(stored.getKvs().stream().map(kv -> kv.getKey().toString()))
                    .containsAll(keys);
        }
    }

    @Test
    void aLeaderWhoseDiskIsFullMakesRoomForAnotherAndIsBackWithEverythingOnceThereIsSpace() throws Exception {
        assumeDisksCanBeMadeToLookFull();
        String full = awaitLeader();
        Set<String> acknowledged = fill(full, "full-leader/");
        await("another leads").until(this::leader, leader -> leader.filter(node -> !node.equals(full))
                .isPresent());
        requireItTellsSoAndGoesOn(full);
        requireItIsBackWith(full, "full-leader/", acknowledged);
    }

    private String etcdOf(String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node) && state.status() != null)
                .flatMap(state -> state.status().systems().stream())
                .map(NodeStatus.Hosted::detail)
                .findFirst()
                .orElse("");
    }
}
