package io.troupe.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.etcd.mvcc.MvccRevisions;
import io.troupe.etcd.mvcc.Result;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.SessionClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class CatchUpTest {

    private static final ActorTestKit TEST_KIT = ActorTestKit.create();

    private final TestProbe<SessionClient.Command> session = TEST_KIT.createTestProbe();
    private final TestProbe<CatchUp.Done> parent = TEST_KIT.createTestProbe();
    private final AtomicLong reached = new AtomicLong(MvccRevisions.FIRST);
    private final ActorRef<CatchUp.Command> catchUp =
            TEST_KIT.spawn(CatchUp.create(session.ref(), reached::get, parent.ref()));

    @AfterAll
    static void stop() {
        TEST_KIT.shutdownTestKit();
    }

    private SessionClient.Read asked() {
        var read = session.expectMessageClass(SessionClient.Read.class);
        assertThat(read.consistency()).isEqualTo(ReadConsistency.LINEARIZABLE);
        return read;
    }

    private void answer(SessionClient.Read read, long revision) {
        byte[] status = ByteBuffer.allocate(4 * Long.BYTES).putLong(revision).array();
        read.replyTo().tell(new SessionClient.Succeeded(read.id(), Result.ok(status), 0));
    }

    @Test
    void isDoneWhenTheStoreHasReachedWhatTheGroupHad() {
        answer(asked(), 9);
        parent.expectNoMessage(Duration.ofMillis(50));
        reached.set(8);
        parent.expectNoMessage(Duration.ofMillis(50));
        reached.set(9);
        parent.expectMessage(CatchUp.Done.DONE);
        parent.expectTerminated(catchUp);
    }

    @Test
    void asksAgainWhileNobodyAnswers() {
        for (int i = 0; i < 3; i++) {
            var read = asked();
            read.replyTo().tell(new SessionClient.Failed(read.id(), Replica.Reason.NO_LEADER, "no leader"));
        }
        answer(asked(), MvccRevisions.FIRST);
        parent.expectMessage(CatchUp.Done.DONE);
    }
}
