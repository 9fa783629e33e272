package io.troupe.etcd;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.replication.Groups;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;

/** etcd on one in-process node over {@link SoloGroups}, listening on a free port of loopback. */
public final class SoloNode implements AutoCloseable {

    public static final String NODE = "n1";

    private final ActorTestKit testKit;
    private final ActorRef<SystemGuardian.Command> guardian;
    private final int port;

    public SoloNode(String overrides) {
        Config config = ConfigFactory.parseString("troupe.etcd.client.port = 0\n" + overrides)
                .withFallback(ConfigFactory.load());
        testKit = ActorTestKit.create(
                "etcd-solo",
                ConfigFactory.parseString("pekko.actor.provider = local").withFallback(config));
        ActorRef<Groups.Command> groups = testKit.spawn(SoloGroups.create(NODE), "groups");
        var node = new NodeContext(NODE, List.of(NODE), Path.of("."), config, groups, new SimpleMeterRegistry());
        guardian = testKit.spawn(new EtcdSystem().guardian(node), "etcd");
        TestProbe<SystemGuardian.Health> probe = testKit.createTestProbe();
        port = Awaitility.await()
                .atMost(Duration.ofSeconds(20))
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

    public int port() {
        return port;
    }

    public ActorTestKit testKit() {
        return testKit;
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
        left.receiveMessage(Duration.ofSeconds(10));
        testKit.shutdownTestKit();
    }
}
