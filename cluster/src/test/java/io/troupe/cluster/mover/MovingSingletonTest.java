package io.troupe.cluster.mover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.local.FreePorts;
import io.troupe.cluster.local.LocalCluster;
import io.troupe.cluster.node.Ending;
import io.troupe.cluster.node.Node;
import io.troupe.cluster.node.NodeSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes with {@code lease-majority}, the lease in a group of ours, and a persistent singleton in the replicated
 * journal: it moves when its node is cut off, though who is there goes on asking it, and when its node leaves, or in JVMs of their
 * own is killed; nothing acknowledged is lost, and no two write.
 */
class MovingSingletonTest {

    private static final Duration READY = Duration.ofSeconds(120);
    private static final Duration MOVED = Duration.ofSeconds(120);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final String GROUPS =
            """
            troupe.coordination.enabled = on
            troupe.replicated-persistence.enabled = on
            pekko.cluster.split-brain-resolver.active-strategy = lease-majority
            """;

    /** Gives up a lease that it cannot get soon after it could have had it, and takes leave of nobody who has gone, too. */
    private static final String HASTY =
            """
            troupe.coordination.lease.lease-operation-timeout = 6s
            pekko.coordinated-shutdown.phases.cluster-exiting.timeout = 1s
            """;

    @TempDir
    private Path folder;

    private final Set<String> acknowledged = new LinkedHashSet<>();
    private int increments;

    /** Where each node takes increments. */
    private final TreeMap<String, Integer> ports = new TreeMap<>();

    /** In this JVM. */
    private final TreeMap<String, Node> nodes = new TreeMap<>();

    @AfterEach
    void stopAll() {
        nodes.values().forEach(Node::stop);
        nodes.values().forEach(Node::awaitEnd);
    }

    @Test
    void aSingletonKeepsItsEventsWhereverItMoves() throws Exception {
        List<Integer> artery = FreePorts.next(3);
        String members = nodesOf(artery);
        TreeMap<String, NodeSettings> settings = new TreeMap<>();
        TreeMap<String, Integer> http = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            String id = "n" + (i + 1);
            ports.put(id, FreePorts.next());
            http.put(id, FreePorts.next());
            settings.put(id, settings(id, artery.get(i), http.get(id), members));
        }
        settings.forEach((id, own) -> nodes.put(id, Node.start(own)));
        String first = incrementUntilOn(ports.keySet());
        increment(first, 25);

        for (String other : others(first)) {
            cutOff(http.get(first), other);
            cutOff(http.get(other), first);
        }
        String second = incrementUntilOn(others(first), ports.keySet());
        increment(second, 5);
        assertThat(nodes.get(first).awaitEnd()).isEqualTo(new Ending.Downed());

        for (String other : others(first)) {
            cutOff(http.get(other));
        }
        nodes.put(first, Node.start(settings.get(first)));
        incrementUntilOn(ports.keySet(), Set.of(first));
        increment(first, 25);

        nodes.get(second).stop();
        incrementUntilOn(others(second));
    }

    private static String nodesOf(List<Integer> artery) {
        List<String> members = new ArrayList<>();
        for (int port : artery) {
            members.add("\"n" + (members.size() + 1) + "@127.0.0.1:" + port + "\"");
        }
        return String.join(", ", members);
    }

    private NodeSettings settings(String id, int artery, int http, String members) {
        return NodeSettings.of(ConfigFactory.parseString(
                """
                troupe.cluster.members = [%s]
                troupe.node { id = %s, data-dir = "%s" }
                troupe.artery.port = %d
                troupe.http.port = %d
                troupe.faults.enabled = on
                troupe.systems = [mover]
                troupe.mover.port = %d
                %s
                """
                        .formatted(members, id, folder.resolve(id), artery, http, ports.get(id), GROUPS + HASTY)));
    }

    private static void cutOff(int http, String... ids) throws Exception {
        String body = List.of(ids).stream().map(id -> "\"" + id + "\"").collect(Collectors.joining(",", "[", "]"));
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/faults/cut-off-from"))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isLessThan(300);
    }

    @Tag("soak")
    @Test
    void inJvmsOfTheirOwnOneOfWhichIsKilledItDoesSoToo() throws IOException {
        try (LocalCluster cluster = LocalCluster.in(folder)
                .systems("mover")
                .jvmOptions("-Xmx192m", "-XX:TieredStopAtLevel=1")
                .config(GROUPS)
                .start()) {
            cluster.awaitReady(READY);
            cluster.nodeIds().forEach(node -> ports.put(node, cluster.port("mover", node)));
            String first = incrementUntilOn(ports.keySet());
            increment(first, 25);

            cluster.partition(List.of(List.of(first), List.copyOf(others(first))));
            String second = incrementUntilOn(others(first), ports.keySet());
            increment(second, 5);
            await().atMost(MOVED).untilAsserted(() -> {
                assertThat(incrementOnce(first))
                        .as("who counts for the one cut off")
                        .isEmpty();
                assertThat(Files.readString(cluster.log(first))).contains("This node is in no cluster any more");
            });

            cluster.heal();
            cluster.awaitReady(READY);
            assertThat(Files.readString(cluster.log(first)))
                    .contains("in the minority of a partition and has downed itself");
            increment(first, 25);

            cluster.kill(second);
            incrementUntilOn(others(second));
        }
    }

    private Set<String> others(String node) {
        return ports.keySet().stream().filter(id -> !id.equals(node)).collect(Collectors.toCollection(TreeSet::new));
    }

    private void increment(String by, int times) {
        for (int i = 0; i < times; i++) {
            incrementOnce(by);
        }
    }

    private String incrementUntilOn(Set<String> nodes) {
        return incrementUntilOn(nodes, nodes);
    }

    /** Increments by way of {@code asked} in turn until the counter answers that it is on one of {@code nodes}. */
    private String incrementUntilOn(Set<String> nodes, Set<String> asked) {
        long started = System.nanoTime();
        List<String> turns = List.copyOf(asked);
        String on = await().atMost(MOVED)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> incrementOnce(turns.get(increments % turns.size())), nodes::contains);
        System.out.printf("the counter is on %s after %.1f s%n", on, (System.nanoTime() - started) / 1e9);
        return on;
    }

    /** @return the node where the counter is; empty when it did not answer */
    private String incrementOnce(String by) {
        String name = "i" + ++increments;
        String answer = ask(ports.get(by), name);
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
