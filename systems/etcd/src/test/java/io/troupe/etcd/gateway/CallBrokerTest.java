package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.SessionClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class CallBrokerTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    private final TestProbe<SessionClient.Command> client = TEST_KIT.createTestProbe();
    private final ActorRef<CallBroker.Command> broker = TEST_KIT.spawn(CallBroker.create(client.ref()));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private BlockingQueue<Result> call() {
        var results = new LinkedBlockingQueue<Result>();
        broker.tell(new CallBroker.Call(
                ByteString.fromString("command"), Optional.empty(), Duration.ofMinutes(1), results::add));
        return results;
    }

    @Test
    void aCallThatAClientLeavesBehindAtItsEndIsToldThatTheServerStopped() throws Exception {
        var answered = call();
        var left = call();
        var submitted = client.expectMessageClass(SessionClient.Submit.class);
        client.expectMessageClass(SessionClient.Submit.class);
        submitted.replyTo().tell(new SessionClient.Succeeded(submitted.id(), Result.ok(new byte[] {1}), 9));
        assertThat(answered.poll(60, TimeUnit.SECONDS)).isInstanceOf(Result.Ok.class);

        client.stop(); // It says nothing any more: the broker's parent, who watches it, stops the broker.
        TEST_KIT.stop(broker);

        assertThat(left.poll(60, TimeUnit.SECONDS)).isEqualTo(new Result.Refused(EtcdError.STOPPED));
        assertThat(left).isEmpty();
        assertThat(answered).as("answered once").isEmpty();
    }
}
