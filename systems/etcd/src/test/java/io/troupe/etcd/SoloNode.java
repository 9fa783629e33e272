package io.troupe.etcd;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.paxos.PaxosEngine;
import io.troupe.paxos.PaxosSettings;
import io.troupe.persistence.snapshots.FileSnapshotStorage;
import io.troupe.raft.RaftEngine;
import io.troupe.raft.RaftSettings;
import io.troupe.replication.GroupHost;
import io.troupe.replication.Groups;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.awaitility.Awaitility;

/**
 * etcd on one node in this JVM: a group of one replica, which the engine that {@code troupe.etcd.engine} names orders and writes to
 * a disk, and a client port that is a free one of loopback.
 */
public final class SoloNode implements AutoCloseable {

    public static final String NODE = "n1";

    /** Who is alone hears nobody, however long it waits before it leads. */
    private static final String OF_THE_TEST =
            """
            pekko.actor.provider = local
            pekko.persistence.journal.plugin = "troupe.persistence.journal"
            pekko.persistence.snapshot-store.plugin = "troupe.persistence.snapshot-store"
            troupe.persistence { journal.dir = "%s", snapshot-store.dir = "%s" }
            troupe.raft { heartbeat-interval = 20ms, election-timeout = 200ms }
            troupe.paxos { heartbeat-interval = 20ms, election-timeout = 200ms, lease = 200ms }
            troupe.etcd { client.port = 0, engine = %s }
            """;

    private final Path folder;
    private final ActorTestKit testKit;
    private final ActorRef<Groups.Command> groups;
    private final ActorRef<SystemGuardian.Command> guardian;
    private final int port;

    /** On Raft: for tests of what stands before the store, and does not know who orders its commands. */
    public SoloNode(String overrides) {
        this(RaftEngine.NAME, overrides);
    }

    /** @param engine that orders the store's commands, by its name */
    public SoloNode(String engine, String overrides) {
        try {
            folder = Files.createTempDirectory("etcd-solo");
            Config config = ConfigFactory.parseString(overrides)
                    .withFallback(ConfigFactory.parseString(OF_THE_TEST.formatted(
                            folder.resolve("journal"), folder.resolve("actor-snapshots"), engine)))
                    .withFallback(ConfigFactory.load());
            testKit = ActorTestKit.create("etcd-solo", config);
            groups = testKit.spawn(groups(config, folder), "groups");
            var node = new NodeContext(NODE, List.of(NODE), folder, config, groups, new SimpleMeterRegistry());
            guardian = testKit.spawn(new EtcdSystem().guardian(node), "etcd");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        port = awaitPort(testKit, guardian);
    }

    /** The client port of a member in this JVM, once it is ready. */
    public static int awaitPort(ActorTestKit testKit, ActorRef<SystemGuardian.Command> guardian) {
        TestProbe<SystemGuardian.Health> probe = testKit.createTestProbe();
        return Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> {
                            guardian.tell(new SystemGuardian.GetHealth(probe.ref()));
                            return probe.receiveMessage();
                        },
                        SystemGuardian.Health::ready)
                .endpoints()
                .get(0)
                .port();
    }

    private static Behavior<Groups.Command> groups(Config config, Path folder) throws IOException {
        var snapshots = new FileSnapshotStorage(folder.resolve("snapshots"));
        return GroupHost.create(
                NODE,
                List.of(
                        new RaftEngine(RaftSettings.from(config), snapshots, System::nanoTime),
                        new PaxosEngine(PaxosSettings.from(config), snapshots, System::nanoTime)),
                new SplittableRandom());
    }

    public int port() {
        return port;
    }

    public ActorTestKit testKit() {
        return testKit;
    }

    /** Where the node's groups are hosted. */
    public ActorRef<Groups.Command> groups() {
        return groups;
    }

    public ActorRef<SystemGuardian.Command> guardian() {
        return guardian;
    }

    public ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    public static void disconnect(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(5, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        TestProbe<Done> left = testKit.createTestProbe();
        guardian.tell(new SystemGuardian.Leave(left.ref()));
        left.receiveMessage();
        testKit.shutdownTestKit();
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
