package io.troupe.cluster.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.cli.Troupe;
import io.troupe.cluster.node.Ending;
import io.troupe.cluster.node.Node;
import io.troupe.cluster.node.NodeSettings;
import io.troupe.cluster.node.NodeStatus;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three JVMs, one of them killed, one of them cut off. The nodes' own timings; measured times are printed. */
class SplitBrainTest {

    private static final Duration READY = Duration.ofSeconds(120);
    /** About 6 s where nothing else runs; a starved machine takes far longer. */
    private static final Duration REMOVED = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private static ConditionFactory within(Duration time) {
        return await().atMost(time).pollInterval(Duration.ofMillis(100)).ignoreExceptions();
    }

    /** What the node says of itself, once it answers. */
    private static NodeStatus status(LocalCluster cluster, String node) {
        return within(READY)
                .until(
                        () -> cluster.status().stream()
                                .filter(state -> state.id().equals(node))
                                .flatMap(state -> Optional.ofNullable(state.status()).stream())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private static List<String> membersSeenBy(LocalCluster cluster, String node) {
        return status(cluster, node).members().stream()
                .map(NodeStatus.Peer::node)
                .toList();
    }

    private static void awaitMembers(LocalCluster cluster, String seenBy, Duration time, String... expected) {
        within(time)
                .untilAsserted(() -> assertThat(membersSeenBy(cluster, seenBy)).containsExactly(expected));
    }

    /** But for some heartbeats and gossip: by Pekko's defaults it is removed after 27 s. */
    @Test
    void aDeadNodeIsRemovedInSeconds() {
        Config cluster = ConfigFactory.parseResourcesAnySyntax("troupe-node").getConfig("pekko.cluster");
        assertThat(cluster.getDuration("failure-detector.acceptable-heartbeat-pause")
                        .plus(cluster.getDuration("split-brain-resolver.stable-after")))
                .isLessThanOrEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void aKilledNodeIsRemovedAndAMinorityDownsItselfOutlivesItsClusterAndRejoinsAfterHeal() throws Exception {
        try (LocalCluster cluster = LocalCluster.in(folder)
                .systems("echo")
                .jvmOptions("-Xmx192m", "-XX:TieredStopAtLevel=1")
                .progress(System.out::println)
                .start()) {
            cluster.awaitReady(READY);
            killedNodeIsRemoved(cluster);
            nodeTakesItsOldPlaceOnAnotherPort(cluster);
            cluster.start("n3");
            cluster.awaitReady("n3", READY);
            minorityDownsItselfAndRejoins(cluster);
        }
        assertThat(Files.readString(folder.resolve("n2/node.log")))
                .as("a node that is told to stop leaves in good order")
                .contains("echo is leaving");
    }

    private static void killedNodeIsRemoved(LocalCluster cluster) {
        long start = System.nanoTime();
        cluster.kill("n3");
        awaitMembers(cluster, "n1", REMOVED, "n1", "n2");
        awaitMembers(cluster, "n2", REMOVED, "n1", "n2");
        print("a killed node was removed", start);
    }

    private static void nodeTakesItsOldPlaceOnAnotherPort(LocalCluster cluster) {
        Path conf = cluster.folder().resolve("n3/node.conf");
        int otherPort = FreePorts.next();
        NodeSettings moved = NodeSettings.of(ConfigFactory.parseString("troupe.artery.port = " + otherPort)
                .withFallback(ConfigFactory.parseFile(conf.toFile())));
        Node node = Node.start(moved);
        try {
            within(READY).untilAsserted(() -> assertThat(status(cluster, "n1").members())
                    .filteredOn(member -> member.node().equals("n3"))
                    .singleElement()
                    .satisfies(member -> assertThat(member.address()).endsWith(":" + otherPort))
                    .satisfies(member -> assertThat(member.status()).isEqualTo("Up")));
        } finally {
            node.stop();
            assertThat(node.awaitEnd()).isEqualTo(new Ending.Stopped());
        }
        awaitMembers(cluster, "n1", READY, "n1", "n2");
    }

    private static void minorityDownsItselfAndRejoins(LocalCluster cluster) throws Exception {
        String firstLife = status(cluster, "n1").startedAt();
        long start = System.nanoTime();
        assertThat(troupe(cluster, "partition", "n1", "/", "n2,n3"))
                .contains("Partitioned: n1 | n2,n3", "troupe heal --data " + cluster.folder());
        awaitMembers(cluster, "n2", REMOVED, "n2", "n3");
        print("a minority of one was removed", start);
        within(REMOVED).untilAsserted(() -> {
            NodeStatus n1 = status(cluster, "n1");
            assertThat(n1.membership()).as("alone it forms no cluster").isEqualTo("downed");
            assertThat(n1.ready()).isFalse();
            assertThat(n1.systems()).as("what it hosts goes on").singleElement().satisfies(echo -> assertThat(
                            echo.ready())
                    .isTrue());
            assertThat(n1.startedAt()).as("its life goes on").isEqualTo(firstLife);
            assertThat(n1.faults().cutOffFrom()).containsExactlyInAnyOrder("n2", "n3");
        });
        within(REMOVED).untilAsserted(() -> assertThat(status(cluster, "n2").ready())
                .as("the majority serves")
                .isTrue());

        within(READY).untilAsserted(() -> assertThat(troupe(cluster, "status"))
                .containsPattern("n1 .*cut off from n2,n3")
                .containsPattern("n2 .*cut off from n1"));
        long healed = System.nanoTime();
        assertThat(troupe(cluster, "heal")).contains("Healed");
        cluster.awaitReady(READY);
        for (String node : cluster.nodeIds()) {
            awaitMembers(cluster, node, REMOVED, "n1", "n2", "n3");
        }
        print("the minority had rejoined", healed);
        assertThat(status(cluster, "n1").startedAt()).as("it began a new life").isNotEqualTo(firstLife);
        assertThat(Files.readString(cluster.log("n1")))
                .contains("in the minority of a partition and has downed itself");
    }

    /** What the command said of this cluster. */
    private static String troupe(LocalCluster cluster, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data", cluster.folder().toString()));
        StringWriter said = new StringWriter();
        Troupe.commandLine()
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(all.toArray(String[]::new));
        return said.toString();
    }

    private static void print(String what, long sinceNanos) {
        System.out.printf("%s after %.1f s%n", what, (System.nanoTime() - sinceNanos) / 1e9);
    }
}
