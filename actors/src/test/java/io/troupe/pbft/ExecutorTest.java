package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.Executor.Execute;
import io.troupe.pbft.Executor.Executed;
import io.troupe.pbft.Executor.Outcome;
import io.troupe.pbft.Executor.Restored;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.replication.sim.ObservedClients;
import java.io.IOException;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A state has the replies to what it reflects, so that who takes it over can re-send them (§4.1). */
class ExecutorTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final int CHECKPOINT_INTERVAL = RecentReplies.PER_CLIENT + 2;
    private static final Digest ANY = new Digest("ab".repeat(32));

    private final SnapshotStorage storage = new InMemorySnapshotStorage();
    private final TestProbe<Executor.Event> replica = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ActorRef<Executor.Command> executor() {
        return KIT.spawn(Executor.create(
                "g",
                new ObservedClients().factory().create("g", "n1"),
                storage,
                CHECKPOINT_INTERVAL,
                Long.MAX_VALUE,
                replica.ref()));
    }

    private static Request request(String client, long number) {
        return new Request(new RequestId(client, 1, number), List.of(new OpenSession(), new OpenSession()));
    }

    private Executed execute(ActorRef<Executor.Command> executor, long sequence, Request request) {
        executor.tell(new Execute(sequence, List.of(request), 1));
        return (Executed) replica.receiveMessage();
    }

    private void store(long sequence, long operations, StateMachine.State state) throws IOException {
        try (SnapshotStorage.Writer writer = storage.create("g", sequence, operations)) {
            state.writeTo(writer.out());
            writer.commit();
        }
    }

    private Restored restore(long sequence, long operations) {
        executor().tell(new Executor.Restore(sequence, new StateHeader(operations, 0, ANY)));
        return (Restored) replica.receiveMessage();
    }

    @Test
    @DisplayName("the state behind a batch has the replies to the latest requests of each client, as they were sent")
    void repliesArePartOfTheState() throws IOException {
        ActorRef<Executor.Command> executor = executor();
        Outcome seldom = execute(executor, 1, request("n2", 1)).outcomes().get(0);
        for (long sequence = 2; sequence < CHECKPOINT_INTERVAL; sequence++) {
            execute(executor, sequence, request("n1", sequence));
        }
        Executed last = execute(executor, CHECKPOINT_INTERVAL, request("n1", CHECKPOINT_INTERVAL));
        store(CHECKPOINT_INTERVAL, last.operations(), last.frozen().orElseThrow());

        List<Outcome> replies = restore(CHECKPOINT_INTERVAL, last.operations()).replies();
        assertThat(replies).hasSize(RecentReplies.PER_CLIENT + 1).contains(seldom);
        assertThat(replies.get(RecentReplies.PER_CLIENT - 1))
                .isEqualTo(last.outcomes().get(0));
        assertThat(replies)
                .extracting(outcome -> outcome.id().number())
                .doesNotContain(2L)
                .contains(3L);
    }

    @Test
    @DisplayName("a state of an earlier version, which has no replies, is read")
    void aStateWithoutReplies() throws IOException {
        var service = new ReplicatedService(new ObservedClients().factory().create("g", "n1"));
        service.apply(1, new OpenSession());
        store(CHECKPOINT_INTERVAL, 1, service.freeze());

        assertThat(restore(CHECKPOINT_INTERVAL, 1).replies()).isEmpty();
    }
}
