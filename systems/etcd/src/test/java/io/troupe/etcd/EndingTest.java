package io.troupe.etcd;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.cluster.NodeContext;
import io.troupe.cluster.SystemGuardian;
import io.troupe.etcd.mvcc.Queries;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * etcd on a node whose replica leads, orders what the node itself says of the members, takes every request, answers none but the
 * first, whether the node has caught up, and stops when the test wants it to.
 */
class EndingTest {

    private final ActorTestKit testKit = ActorTestKit.create();
    private final TestProbe<Replica.Request> replicaProbe = testKit.createTestProbe();
    private volatile StateMachine machine;
    private long index;
    private ActorRef<Replica.Request> replica;
    private ActorRef<SystemGuardian.Command> guardian;
    private ManagedChannel channel;

    @BeforeEach
    void start() {
        replica = testKit.spawn(Behaviors.receiveMessage(request -> {
            replicaProbe.ref().tell(request);
            if (request instanceof Replica.Observe observe) {
                observe.observer()
                        .tell(new Replica.Status("etcd", "n1", Replica.Role.LEADER, Optional.of("n1"), 1, 0, 0, 0));
            } else if (request instanceof Replica.Query asked && asked.query().equals(Queries.status())) {
                asked.replyTo().tell(new Replica.Answered(asked.id(), 0, Result.ok(new byte[4 * Long.BYTES])));
            } else if (request instanceof Replica.Query asked && asked.query().equals(Queries.members())) {
                asked.replyTo().tell(new Replica.Answered(asked.id(), index, machine.query(asked.query())));
            } else if (request instanceof Replica.ListMembers asked) {
                var alone = new Replica.Members(new TreeSet<>(List.of("n1")), new TreeSet<>());
                asked.replyTo().tell(new Replica.MembersListed(alone, true));
            } else if (request instanceof Replica.OpenSession asked) {
                asked.replyTo().tell(new Replica.SessionOpened(1));
            } else if (request instanceof Replica.Propose asked) {
                ByteString result = machine.apply(++index, asked.command());
                asked.replyTo().tell(new Replica.Applied(asked.session(), asked.serial(), index, result));
            }
            return Behaviors.same();
        }));
        ActorRef<Groups.Command> groups = testKit.spawn(Behaviors.receiveMessage(command -> {
            if (command instanceof Groups.Host host) {
                machine = host.factory().create(host.group(), "n1");
                host.replyTo().tell(new Groups.Hosted(host.group(), replica));
            }
            return Behaviors.same();
        }));
        // Patient enough that nothing in this test ends by its deadline.
        Config config = ConfigFactory.parseString("troupe.etcd { client.port = 0, request-timeout = 10 minutes }")
                .withFallback(ConfigFactory.load());
        guardian = testKit.spawn(new EtcdSystem()
                .guardian(
                        new NodeContext("n1", List.of("n1"), Path.of("."), config, groups, new SimpleMeterRegistry())));
        TestProbe<SystemGuardian.Health> health = testKit.createTestProbe();
        int port = Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(
                        () -> {
                            guardian.tell(new SystemGuardian.GetHealth(health.ref()));
                            return health.receiveMessage();
                        },
                        SystemGuardian.Health::ready)
                .endpoints()
                .get(0)
                .port();
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    @AfterEach
    void stop() throws Exception {
        SoloNode.disconnect(channel);
        testKit.shutdownTestKit();
    }

    private Replica.Query theReplicaIsAsked(ByteString query) {
        var seen = replicaProbe.fishForMessage(
                Duration.ofMinutes(1),
                request ->
                        request instanceof Replica.Query asked && asked.query().equals(query)
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore());
        return (Replica.Query) seen.get(seen.size() - 1);
    }

    @Test
    void whenTheReplicaStopsTheCallsUnderWayAreToldSoAtOnceAndTheSystemEnds() {
        var range = RangeRequest.newBuilder().setKey(copyFromUtf8("key")).build();
        var waiting = KVGrpc.newFutureStub(channel).range(range);
        theReplicaIsAsked(Queries.range(range));

        testKit.stop(replica);

        RpcTypes.assertRefused(() -> waiting.get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
        testKit.createTestProbe().expectTerminated(guardian);
    }

    /** Such as one that meets an answer that is none: the calls that come to it later would wait for nobody. */
    @Test
    void whenAChildOfTheGatewayFailsSoDoesTheSystem() {
        var range = RangeRequest.newBuilder().setKey(copyFromUtf8("key")).build();
        var waiting = KVGrpc.newFutureStub(channel).range(range);
        Replica.Query asked = theReplicaIsAsked(Queries.range(range));

        asked.replyTo().tell(new Replica.Answered(asked.id(), 0, ByteString.emptyByteString()));

        testKit.createTestProbe().expectTerminated(guardian);
        RpcTypes.assertRefused(() -> waiting.get(60, TimeUnit.SECONDS), EtcdError.STOPPED);
    }

    @Test
    void everybodyWhoAsksTheNodeToLeaveIsAnswered() {
        List<TestProbe<Done>> asking =
                List.of(testKit.createTestProbe(), testKit.createTestProbe(), testKit.createTestProbe());
        guardian.tell(new SystemGuardian.Leave(asking.get(0).ref()));
        guardian.tell(new SystemGuardian.Leave(asking.get(1).ref()));
        assertThat(asking.get(0).receiveMessage()).isEqualTo(Done.getInstance());
        assertThat(asking.get(1).receiveMessage()).isEqualTo(Done.getInstance());

        guardian.tell(new SystemGuardian.Leave(asking.get(2).ref()));
        assertThat(asking.get(2).receiveMessage()).as("asked when it has left").isEqualTo(Done.getInstance());
    }
}
