package io.troupe.cluster.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.troupe.cluster.local.LocalCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three JVMs with {@code lease-majority}, the lease in a group of ours, and a persistent singleton in the replicated
 * journal: it moves when its node is cut off, though who is there goes on asking it, and when its node is killed; nothing
 * acknowledged is lost, and no two write.
 */
class MovingSingletonTest {

    private static final Duration READY = Duration.ofSeconds(120);
    private static final Duration MOVED = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private final Set<String> acknowledged = new LinkedHashSet<>();
    private int increments;

    @Test
    void aSingletonKeepsItsEventsWhereverItMoves() throws IOException {
        try (LocalCluster cluster = LocalCluster.in(folder)
                .systems("mover")
                .jvmOptions("-Xmx192m", "-XX:TieredStopAtLevel=1")
                .config(
                        """
                        troupe.coordination.enabled = on
                        troupe.replicated-persistence.enabled = on
                        pekko.cluster.split-brain-resolver.active-strategy = lease-majority
                        """)
                .start()) {
            cluster.awaitReady(READY);
            String first = incrementUntilOn(cluster, cluster.nodeIds());
            increment(cluster, first, 25);

            cluster.partition(List.of(List.of(first), others(cluster, first)));
            String second = incrementUntilOn(cluster, others(cluster, first), cluster.nodeIds());
            increment(cluster, second, 5);
            await().atMost(MOVED).untilAsserted(() -> {
                assertThat(incrementOnce(cluster, first))
                        .as("who counts for the one cut off")
                        .isEmpty();
                assertThat(Files.readString(cluster.log(first))).contains("This node is in no cluster any more");
            });

            cluster.heal();
            cluster.awaitReady(READY);
            assertThat(Files.readString(cluster.log(first)))
                    .contains("in the minority of a partition and has downed itself");
            increment(cluster, first, 25);

            cluster.kill(second);
            incrementUntilOn(cluster, others(cluster, second));
        }
    }

    private static List<String> others(LocalCluster cluster, String node) {
        return cluster.nodeIds().stream().filter(id -> !id.equals(node)).toList();
    }

    private void increment(LocalCluster cluster, String by, int times) {
        for (int i = 0; i < times; i++) {
            incrementOnce(cluster, by);
        }
    }

    private String incrementUntilOn(LocalCluster cluster, List<String> nodes) {
        return incrementUntilOn(cluster, nodes, nodes);
    }

    /** Increments by way of {@code asked} in turn until the counter answers that it is on one of {@code nodes}. */
    private String incrementUntilOn(LocalCluster cluster, List<String> nodes, List<String> asked) {
        long started = System.nanoTime();
        List<String> found = new ArrayList<>();
        await().atMost(MOVED).pollInterval(Duration.ofMillis(200)).until(() -> {
            String by = asked.get(increments % asked.size());
            String on = incrementOnce(cluster, by);
            if (nodes.contains(on)) {
                found.add(on);
            }
            return !found.isEmpty();
        });
        System.out.printf("the counter is on %s after %.1f s%n", found, (System.nanoTime() - started) / 1e9);
        return found.get(0);
    }

    /** @return the node where the counter is; empty when it did not answer */
    private String incrementOnce(LocalCluster cluster, String by) {
        String name = "i" + ++increments;
        String answer = ask(cluster.port("mover", by), name);
        String[] words = answer.split(" ", -1);
        if (words.length != 2) {
            return "";
        }
        List<String> names = List.of(words[1].split(",", -1));
        assertThat(names)
                .as("names, counted by %s", words[0])
                .doesNotHaveDuplicates()
                .containsAll(acknowledged);
        assertThat(names).endsWith(name);
        acknowledged.add(name);
        return words[0];
    }

    private static String ask(int port, String line) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String answer = in.readLine();
            return answer == null ? "closed" : answer;
        } catch (IOException e) {
            return "closed";
        }
    }
}
