package io.troupe.etcd.gateway;

import static io.troupe.etcd.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.troupe.cluster.local.FreePorts;
import io.troupe.etcd.EtcdSettings;
import io.troupe.etcd.auth.AuthView;
import io.troupe.etcd.lease.LeaseDesk;
import io.troupe.etcd.lease.Lessor;
import io.troupe.etcd.watch.WatchHub;
import io.troupe.replication.Groups;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that leaves while its gateway is still binding: the one thread that binds is held up by the test. */
class GatewayLeavingTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create(ConfigFactory.parseString(
                    "pekko.actor.default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 1")
            .withFallback(ConfigFactory.load()));

    private final CountDownLatch held = new CountDownLatch(1);
    private final TestProbe<Gateway.News> parent = TEST_KIT.createTestProbe();
    private final TestProbe<Done> first = TEST_KIT.createTestProbe();
    private final TestProbe<Done> second = TEST_KIT.createTestProbe();
    private final int port = FreePorts.next();
    private ActorRef<Gateway.Command> gateway;

    @BeforeEach
    void beginToBind() {
        onBindingThread(() -> {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var settings = EtcdSettings.of(
                ConfigFactory.parseString("troupe.etcd.client.port = " + port).withFallback(ConfigFactory.load()));
        var backends = new Gateway.Backends(
                TEST_KIT.<SessionClient.Command>createTestProbe().ref(),
                TEST_KIT.<WatchHub.Command>createTestProbe().ref(),
                TEST_KIT.<LeaseDesk.Command>createTestProbe().ref(),
                TEST_KIT.<Lessor.Command>createTestProbe().ref(),
                TEST_KIT.<Groups.Command>createTestProbe().ref(),
                new AuthView(settings.auth().tokens()),
                new FrozenStates(),
                new Quota(() -> 1, settings.quotaBytes()),
                new SimpleMeterRegistry(),
                TEST_KIT.<Replica.Request>createTestProbe().ref(),
                node -> List.of());
        gateway = TEST_KIT.spawn(
                Gateway.create(settings, new NodeView("etcd", "n1", List.of("n1"), () -> 1), backends, parent.ref()));
        gateway.tell(Gateway.Serve.SERVE);
        gateway.tell(new Gateway.Leave(first.ref()));
        gateway.tell(new Gateway.Leave(second.ref()));
    }

    @AfterEach
    void letGo() {
        held.countDown();
    }

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private static void onBindingThread(Runnable work) {
        TEST_KIT.system().dispatchers().lookup(DispatcherSelector.blocking()).execute(work);
    }

    /** The gateway's server binds now; when this returns, all that was to be done with it at once is done. */
    private void bind() throws InterruptedException {
        held.countDown();
        awaitBindingThread(); // It has prepared the server, and been given it to bind.
        awaitBindingThread();
    }

    private static void awaitBindingThread() throws InterruptedException {
        var reached = new CountDownLatch(1);
        onBindingThread(reached::countDown);
        assertThat(reached.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void assertThatThePortIsFree() {
        await("the port is free").ignoreExceptions().until(() -> {
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.isBound();
            }
        });
    }

    @Test
    void aPortThatIsBoundWhileTheNodeDrainsIsClosedAndEverybodyWhoAskedIsAnswered() throws Exception {
        bind();
        first.receiveMessage();
        second.receiveMessage();
        first.expectTerminated(gateway);
        assertThatThePortIsFree();
        parent.expectNoMessage(Duration.ZERO);
    }

    @Test
    void aPortThatIsBoundWhenTheGatewayIsGoneIsClosedAtOnce() throws Exception {
        first.receiveMessage();
        second.receiveMessage();
        first.expectTerminated(gateway);
        bind();
        assertThatThePortIsFree();
        parent.expectNoMessage(Duration.ZERO);
    }
}
