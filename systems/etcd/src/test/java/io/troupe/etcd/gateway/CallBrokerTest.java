package io.troupe.etcd.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.EtcdError;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.time.Duration;
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

    private static final ByteString ANY = ByteString.fromString("any");
    private static final GroupRequest COMMAND = GroupRequest.command(ANY);

    private final TestProbe<SessionClient.Command> client = TEST_KIT.createTestProbe();
    private final ActorRef<CallBroker.Command> broker = TEST_KIT.spawn(CallBroker.create(client.ref()));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private BlockingQueue<Result> call(GroupRequest request) {
        var results = new LinkedBlockingQueue<Result>();
        broker.tell(new CallBroker.Call(request, Duration.ofMinutes(1), results::add));
        return results;
    }

    @Test
    void aCallThatAClientLeavesBehindAtItsEndIsToldThatTheServerStopped() throws Exception {
        var answered = call(COMMAND);
        var left = call(COMMAND);
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

    /** A read that etcd's log would order ends as a command does; any other read may be asked again. */
    @Test
    void whereNoLeaderIsFoundInTimeEachIsToldWhatEtcdTellsItsKind() throws Exception {
        assertThat(withoutLeader(COMMAND)).isEqualTo(EtcdError.NO_LEADER_IN_TIME);
        assertThat(withoutLeader(GroupRequest.readInOrder(ANY, ReadConsistency.LINEARIZABLE)))
                .isEqualTo(EtcdError.NO_LEADER_IN_TIME);
        assertThat(withoutLeader(GroupRequest.read(ANY, ReadConsistency.LINEARIZABLE)))
                .isEqualTo(EtcdError.TIMEOUT);
    }

    private EtcdError withoutLeader(GroupRequest request) throws Exception {
        var results = call(request);
        SessionClient.Command asked = client.receiveMessage();
        ActorRef<SessionClient.Outcome> replyTo = asked instanceof SessionClient.Submit submit
                ? submit.replyTo()
                : ((SessionClient.Read) asked).replyTo();
        long id = asked instanceof SessionClient.Submit submit ? submit.id() : ((SessionClient.Read) asked).id();
        replyTo.tell(new SessionClient.Failed(id, Replica.Reason.NO_LEADER, "none"));
        return ((Result.Refused) results.poll(60, TimeUnit.SECONDS)).error();
    }
}
