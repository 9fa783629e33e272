package io.troupe.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.troupe.cluster.cli.ExitCodes;
import io.troupe.cluster.local.FreePorts;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in this JVM: enough where nobody is killed. */
@Timeout(600)
class NodeTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private final List<Node> running = new ArrayList<>();

    private record Ports(int artery, int http, int echo) {
        static Ports free() {
            return new Ports(FreePorts.next(), FreePorts.next(), FreePorts.next());
        }
    }

    @AfterEach
    void stopAll() {
        running.forEach(Node::stop);
        running.forEach(Node::awaitEnd);
    }

    private NodeSettings settings(String cluster, String id, Ports ports, String members, String more) {
        return NodeSettings.of(ConfigFactory.parseString(
                """
                troupe.cluster { name = %1$s, members = [%2$s] }
                troupe.node { id = %3$s, data-dir = "%4$s" }
                troupe.artery.port = %5$d
                troupe.http.port = %6$d
                troupe.systems = [echo]
                troupe.echo.port = %7$d
                %8$s
                """
                        .formatted(
                                cluster,
                                members,
                                id,
                                folder.resolve(cluster + "-" + id + "-" + ports.artery()),
                                ports.artery(),
                                ports.http(),
                                ports.echo(),
                                more)));
    }

    private Node start(NodeSettings settings) {
        Node node = Node.start(settings);
        running.add(node);
        return node;
    }

    private static String at(String id, Ports ports) {
        return "\"" + id + "@127.0.0.1:" + ports.artery() + "\"";
    }

    private static HttpResponse<String> get(Ports ports, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + ports.http() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitReady(Ports ports) {
        await().atMost(TIMEOUT).until(() -> get(ports, "/ready").statusCode() == 200);
    }

    private static NodeStatus status(Ports ports) throws Exception {
        return new ObjectMapper().readValue(get(ports, "/status").body(), NodeStatus.class);
    }

    @Test
    void aNodeHostsItsSystemsAndTellsHowItIs() throws Exception {
        Ports ports = Ports.free();
        Node node = start(settings("alpha", "n1", ports, at("n1", ports), ""));
        awaitReady(ports);

        assertThat(get(ports, "/health").statusCode()).isEqualTo(200);
        NodeStatus status = status(ports);
        assertThat(status.membership()).isEqualTo("Up");
        assertThat(status.systems()).singleElement().satisfies(echo -> assertThat(echo.detail())
                .isEqualTo("echoing"));
        assertThat(get(ports, "/metrics").body())
                .contains("jvm_memory_used_bytes", "troupe_cluster_members{cluster=\"alpha\",node=\"n1\"} 1.0");
        HttpRequest switching = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + ports.http() + "/faults/cut-off-from"))
                .PUT(HttpRequest.BodyPublishers.ofString("[]"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(switching, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .as("the fault switch is off by default")
                .isEqualTo(405);
        try (Socket client = new Socket("127.0.0.1", ports.echo())) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
        }

        node.stop();
        assertThat(node.awaitEnd().exitCode()).isEqualTo(ExitCodes.OK);
    }

    @Test
    void aNodeOfAnotherClusterIsRefusedAndSaysWhatToCorrect() throws Exception {
        Ports alpha = Ports.free();
        Ports beta = Ports.free();
        start(settings("alpha", "n1", alpha, at("n1", alpha), ""));
        awaitReady(alpha);

        Node stranger = start(settings("beta", "n2", beta, at("n2", beta) + ", " + at("n1", alpha), ""));
        Ending ending = stranger.awaitEnd();
        assertThat(ending.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ending.message())
                .contains("n1 at pekko://troupe@127.0.0.1:" + alpha.artery())
                .contains("belongs to cluster 'alpha', this node to 'beta'")
                .contains("troupe.cluster.name");
        assertThat(status(alpha).members()).extracting(NodeStatus.Peer::node).containsExactly("n1");
    }

    @Test
    void aSecondLiveNodeOfTheSameIdIsRefused() throws Exception {
        Ports first = Ports.free();
        Ports second = Ports.free();
        start(settings("alpha", "n1", first, at("n1", first), ""));
        awaitReady(first);

        Ending ending =
                start(settings("alpha", "n1", second, at("n1", first), "")).awaitEnd();
        assertThat(ending.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ending.message()).contains("has the id 'n1' already");
    }

    @Test
    void aNodeThatComesBackWithoutItsDataIsRefusedUntilItIsToldThatItIsLost() throws Exception {
        Ports one = Ports.free();
        Ports two = Ports.free();
        Ports three = Ports.free();
        String members = at("n1", one) + ", " + at("n2", two) + ", " + at("n3", three);
        String group = "troupe { coordination.enabled = on, groups.engine = multi-paxos }\n"
                + "pekko.coordinated-shutdown.phases.cluster-exiting.timeout = 1s\n"; // Others may have gone, too.
        start(settings("alpha", "n1", one, members, group));
        start(settings("alpha", "n3", three, members, group));
        NodeSettings second = settings("alpha", "n2", two, members, group);
        Node first = start(second);
        awaitReady(one);
        awaitReady(two);
        first.stop();
        first.awaitEnd();
        Files.move(second.dataDir(), second.dataDir().resolveSibling("its data"));

        Ending ending = start(second).awaitEnd();
        assertThat(ending.exitCode()).isEqualTo(ExitCodes.REFUSED);
        assertThat(ending.message())
                .containsPattern(" is not the one that n[13] knows 'n2' by")
                .contains(second.dataDir().toString())
                .contains("troupe.node.data-dir", "troupe.node.lost-data");

        String lost = ending.message().replaceAll("(?s).*troupe.node.lost-data = ", "troupe.node.lost-data = ");
        Node without = start(settings("alpha", "n2", two, members, group + lost));
        awaitReady(two);
        await("the others let it vote again").atMost(TIMEOUT).until(() -> status(two).groups().stream()
                .anyMatch(replica -> replica.role().equalsIgnoreCase("follower")));
        without.stop();
        without.awaitEnd();

        Files.move(second.dataDir(), second.dataDir().resolveSibling("its new data"));
        Files.move(second.dataDir().resolveSibling("its data"), second.dataDir());
        assertThat(start(second).awaitEnd().exitCode())
                .as("it is known by the new data now")
                .isEqualTo(ExitCodes.REFUSED);
    }

    @Test
    void nodesSpeakTlsToOneAnotherWhenToldTo() throws Exception {
        String tls = Certificates.in(folder).hocon();
        Ports one = Ports.free();
        Ports two = Ports.free();
        String members = at("n1", one) + ", " + at("n2", two);
        start(settings("alpha", "n1", one, members, tls));
        start(settings("alpha", "n2", two, members, tls));
        awaitReady(one);
        awaitReady(two);
        assertThat(status(one).members()).extracting(NodeStatus.Peer::node).containsExactly("n1", "n2");
    }

    @Test
    void aDataDirectoryInUseIsRefusedWhileTheOtherNodeGoesOn() throws Exception {
        Ports ports = Ports.free();
        NodeSettings settings = settings("alpha", "n1", ports, at("n1", ports), "");
        start(settings);
        assertThatThrownBy(() -> Node.start(settings))
                .isInstanceOf(NodeFailure.class)
                .hasMessageContaining("in use by a running node");
        awaitReady(ports);
    }

    @Test
    void whoWasDownedEndsWithACodeOfItsOwn() {
        Ending ending = Ending.of(Optional.of(CoordinatedShutdown.clusterDowningReason()));
        assertThat(ending.exitCode()).isEqualTo(ExitCodes.DOWNED);
        assertThat(ending.message()).contains("--rejoin");
    }

    @Test
    void aNodeWhoseActorSystemEndsByItselfHasFailed() {
        assertThat(Ending.of(Optional.of(CoordinatedShutdown.actorSystemTerminateReason()))
                        .exitCode())
                .isEqualTo(ExitCodes.FAILURE);
        assertThat(Ending.of(Optional.of(CoordinatedShutdown.unknownReason())).exitCode())
                .as("told to stop")
                .isEqualTo(ExitCodes.OK);
    }

    /** Keeps what it is told, in the journal. */
    private static final class Diary extends EventSourcedBehavior<Diary.Note, String, Integer> {
        record Note(String text, ActorRef<Done> replyTo) {}

        Diary() {
            super(PersistenceId.ofUniqueId("diary"));
        }

        @Override
        public Integer emptyState() {
            return 0;
        }

        @Override
        public CommandHandler<Note, String, Integer> commandHandler() {
            return (count, note) ->
                    Effect().persist(note.text()).thenReply(note.replyTo(), after -> Done.getInstance());
        }

        @Override
        public EventHandler<Integer, String> eventHandler() {
            return (count, text) -> count + 1;
        }
    }

    @Test
    void aDamagedJournalStopsTheStartAndNamesFileOffsetAndRemedy() throws Exception {
        Ports ports = Ports.free();
        NodeSettings settings = settings("alpha", "n1", ports, at("n1", ports), "");
        Path journal = settings.dataDir().resolve("journal");
        DataDirectory.open(settings.dataDir(), "n1", "alpha").close();
        ActorTestKit writer = ActorTestKit.create(
                "writer",
                ConfigFactory.parseString("pekko.persistence.journal.plugin = troupe.persistence.journal\n"
                                + "troupe.persistence.journal.dir = \"" + journal + "\"")
                        .withFallback(ConfigFactory.load()));
        TestProbe<Done> probe = writer.createTestProbe();
        ActorRef<Diary.Note> diary = writer.spawn(new Diary());
        for (int day = 0; day < 10; day++) {
            diary.tell(new Diary.Note("day " + day, probe.ref()));
            probe.receiveMessage(TIMEOUT);
        }
        writer.shutdownTestKit();
        Path segment;
        try (Stream<Path> files = Files.list(journal)) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        bytes[200] ^= 4;
        Files.write(segment, bytes);

        assertThatThrownBy(() -> start(settings))
                .isInstanceOfSatisfying(NodeFailure.class, failure -> assertThat(failure.exitCode())
                        .isEqualTo(ExitCodes.DATA_DIRECTORY))
                .hasMessageContaining(segment.toString())
                .hasMessageContaining("at offset")
                .hasMessageContaining("backup")
                .hasMessageContaining("move all of " + settings.dataDir() + " away");
    }
}
