package io.troupe.etcd.cluster;

import static io.troupe.etcd.Patience.answer;
import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.options.GetOption;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.local.NodeState;
import io.troupe.cluster.node.NodeStatus;
import io.troupe.etcd.Patience;
import io.troupe.etcd.jvms.MemberJvms;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three JVMs whose group is a chain, or runs on Multi-Paxos: its head, or master, is moved, and then killed, at every build, and
 * when asked to a chain's middle, head and tail are killed in turn; nothing acknowledged is lost.
 */
class EnginesClusterTest {

    private static final int WRITES = 20;
    private static final Duration SERVED = Duration.ofMinutes(3);

    @TempDir
    private Path folder;

    /** What was acknowledged: keys, and the revisions that wrote them. */
    private final TreeMap<String, Long> acknowledged = new TreeMap<>();

    private int written;

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    private static Client client(LocalCluster cluster, String node) {
        return Client.builder()
                .endpoints("http://127.0.0.1:" + cluster.port("etcd", node))
                .build();
    }

    /** A fresh key each time: of one that was not acknowledged nothing is claimed. */
    private void put(Client client) throws InterruptedException {
        String key = "load/%04d".formatted(written++);
        try {
            PutResponse put = client.getKVClient().put(bytes(key), bytes(key)).get(15, TimeUnit.SECONDS);
            acknowledged.put(key, put.getHeader().getRevision());
        } catch (ExecutionException | TimeoutException e) {
            return; // Its outcome is unknown.
        }
    }

    /** Until so many are acknowledged; the chain may have to be shortened first. */
    private void write(LocalCluster cluster, String node) throws InterruptedException {
        int enough = acknowledged.size() + WRITES;
        long deadline = System.nanoTime() + SERVED.toNanos();
        try (Client client = client(cluster, node)) {
            while (acknowledged.size() < enough) {
                assertThat(System.nanoTime()).as("served within %s", SERVED).isLessThan(deadline);
                put(client);
            }
        }
    }

    private static Optional<NodeStatus.Group> group(LocalCluster cluster, String node) {
        return cluster.status().stream()
                .filter(state -> state.id().equals(node))
                .map(NodeState::status)
                .filter(status -> status != null)
                .flatMap(status -> status.groups().stream())
                .filter(group -> group.group().equals("etcd"))
                .findFirst();
    }

    private static String head(LocalCluster cluster, String asked) {
        return await(asked + " knows the head")
                .until(
                        () -> group(cluster, asked)
                                .map(NodeStatus.Group::leader)
                                .orElse(""),
                        leader -> !leader.isEmpty());
    }

    /** Of the configuration that {@code asked} knows. */
    private static long epoch(LocalCluster cluster, String asked) {
        return await(asked + " answers")
                .until(() -> group(cluster, asked).map(NodeStatus.Group::term), Optional::isPresent)
                .orElseThrow();
    }

    /** Started again it asks to join (an epoch), is brought up, and is the tail (another). */
    private static void restartAsTail(LocalCluster cluster, String node, String asked) {
        long without = epoch(cluster, asked);
        cluster.start(node);
        await(node + " is the tail").until(() -> group(cluster, node)
                .filter(group -> group.role().equalsIgnoreCase("follower") && group.term() >= without + 2)
                .isPresent());
    }

    private LocalCluster start(String engine) {
        LocalCluster cluster = MemberJvms.cluster(folder.resolve("cluster"))
                .config("troupe.etcd.engine = " + engine)
                .jvmOptions("-Xmx256m")
                .start();
        cluster.awaitReady(Patience.TIME);
        return cluster;
    }

    /**
     * By {@code etcdctl move-leader}, or where there is none as it does. A node that was starved while it started may have been
     * taken for failed, and is none that could lead before it is back in the chain.
     */
    private static void moveHead(LocalCluster cluster, String from, String to) throws Exception {
        await(to + " can lead").until(() -> group(cluster, to)
                .filter(group -> group.role().equalsIgnoreCase("follower"))
                .isPresent());
        if (Etcdctl.isInstalled()) {
            Etcdctl.moveLeader(cluster, to);
        } else {
            moveHeadByJetcd(cluster, from, to);
        }
        await(to + " leads").until(() -> head(cluster, from).equals(to));
    }

    private static void moveHeadByJetcd(LocalCluster cluster, String from, String to) throws Exception {
        try (Client client = client(cluster, from)) {
            long target =
                    answer(() -> client.getClusterClient().listMember().get(15, TimeUnit.SECONDS)).getMembers().stream()
                            .filter(member -> member.getName().equals(to))
                            .mapToLong(Member::getId)
                            .findFirst()
                            .orElseThrow();
            answer(() -> client.getMaintenanceClient().moveLeader(target).get(15, TimeUnit.SECONDS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain", "multi-paxos"})
    void whoLeadsIsMovedAndKilledAndNothingAcknowledgedIsLost(String engine) throws Exception {
        try (LocalCluster cluster = start(engine)) {
            write(cluster, "n3");
            String first = head(cluster, "n3");
            moveHead(cluster, first, first.equals("n2") ? "n1" : "n2");
            write(cluster, "n3");
            String head = head(cluster, "n3");
            assertThat(head).isNotEqualTo(first);
            String other = head.equals("n3") ? "n2" : "n3";
            cluster.kill(head);
            write(cluster, other);
            assertThat(head(cluster, other)).isNotEqualTo(head);
            requireAllAcknowledged(cluster, other);
            cluster.killAll(); // Sooner than they leave.
        }
    }

    /** Unless a node was slow to start, and was taken for failed, the chain is n1, n2, n3 at first. */
    @Tag("soak")
    @Test
    void middleHeadAndTailAreKilledInTurnAndNothingAcknowledgedIsLost() throws Exception {
        try (LocalCluster cluster = start("chain")) {
            write(cluster, "n3");
            String first = head(cluster, "n3");
            String middle = first.equals("n2") ? "n1" : "n2";
            String other = first.equals("n3") ? "n1" : "n3";

            cluster.kill(middle);
            write(cluster, other);
            restartAsTail(cluster, middle, other);

            cluster.kill(first); // the head
            write(cluster, other);
            restartAsTail(cluster, first, other);

            cluster.kill(first); // the tail now
            write(cluster, middle);
            requireAllAcknowledged(cluster, middle);
        }
    }

    private void requireAllAcknowledged(LocalCluster cluster, String node) throws Exception {
        try (Client client = client(cluster, node)) {
            GetResponse all = answer(() -> client.getKVClient()
                    .get(bytes("load/"), GetOption.builder().isPrefix(true).build())
                    .get(15, TimeUnit.SECONDS));
            var found = new TreeMap<String, Long>();
            all.getKvs().forEach(kv -> found.put(kv.getKey().toString(StandardCharsets.UTF_8), kv.getModRevision()));
            assertThat(found).containsAllEntriesOf(acknowledged);
        }
    }
}
