package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.PbftMessage.Execute;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.Replica;
import io.troupe.replication.StateMachine;
import java.io.InputStream;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ExecutorTest {

    private static final ActorTestKit ACTORS = ActorTestKit.create();

    private final TestProbe<Executor.Event> replica = ACTORS.createTestProbe();
    private final ActorRef<Executor.Command> executor =
            ACTORS.spawn(Executor.create("g", new Echo(), new InMemorySnapshotStorage(), 1_000, replica.ref()));
    private long sequence;
    private long number;

    /** Answers what it is told. */
    private static final class Echo implements StateMachine {
        @Override
        public ByteString apply(long index, ByteString command) {
            return command;
        }

        @Override
        public ByteString query(ByteString query) {
            return query;
        }

        @Override
        public State freeze() {
            return out -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    @AfterAll
    static void stop() {
        ACTORS.shutdownTestKit();
    }

    private Replica.Reply executed(String client, PbftMessage.Command operation) {
        var request = new Request(new RequestId(client, 1, ++number), operation);
        executor.tell(new Executor.Execute(++sequence, List.of(request)));
        return replica.expectMessageClass(Executor.Executed.class)
                .outcomes()
                .get(0)
                .reply();
    }

    @Test
    @DisplayName("§4.1: a session is for the client that has opened it, whatever others know of its number")
    void aSessionIsItsClients() {
        var opened = (Replica.SessionOpened) executed("n1", new OpenSession());
        var command = new Execute(opened.session(), 1, 0, ByteString.fromString("mine"));

        assertThat(executed("n2", new Execute(opened.session(), 1, 0, ByteString.fromString("theirs"))))
                .isInstanceOfSatisfying(Replica.Rejected.class, rejected -> {
                    assertThat(rejected.reason()).isEqualTo(Replica.Reason.SESSION_EXPIRED);
                    assertThat(rejected.detail()).contains("another client's");
                });
        assertThat(executed("n1", command))
                .isInstanceOfSatisfying(Replica.Applied.class, applied -> assertThat(applied.result())
                        .isEqualTo(ByteString.fromString("mine")));
        assertThat(executed("n2", command)).as("the result is not theirs").isInstanceOf(Replica.Rejected.class);
    }
}
