package io.troupe.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.pbft.Executor.Execute;
import io.troupe.pbft.Executor.Executed;
import io.troupe.pbft.Executor.Frozen;
import io.troupe.pbft.Executor.GoneBack;
import io.troupe.pbft.Executor.Outcome;
import io.troupe.pbft.Executor.ReadDone;
import io.troupe.pbft.Executor.ReadRefused;
import io.troupe.pbft.Executor.Restored;
import io.troupe.pbft.PbftMessage.OpenSession;
import io.troupe.pbft.PbftMessage.Request;
import io.troupe.pbft.PbftMessage.RequestId;
import io.troupe.pbft.PbftMessage.Results;
import io.troupe.pbft.PbftMessage.StateHeader;
import io.troupe.replication.InMemorySnapshotStorage;
import io.troupe.replication.ReadConsistency;
import io.troupe.replication.Replica;
import io.troupe.replication.ReplicatedService;
import io.troupe.replication.SnapshotStorage;
import io.troupe.replication.StateMachine;
import io.troupe.replication.sim.ObservedClients;
import io.troupe.wire.WireBytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A state has the replies to what it reflects, so that who takes it over can re-send them (§4.1). */
class ExecutorTest {

    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final int CHECKPOINT_INTERVAL = RecentReplies.PER_CLIENT + 2;
    private static final Digest ANY = new Digest("ab".repeat(32));
    private static final Executor.Read READ =
            new Executor.Read("n4", new RequestId("n4", 1, 1), List.of(ByteString.emptyByteString()));

    private final SnapshotStorage storage = new InMemorySnapshotStorage();
    private final TestProbe<Executor.Event> replica = KIT.createTestProbe();

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private ActorRef<Executor.Command> executor() {
        return executor(Long.MAX_VALUE);
    }

    private ActorRef<Executor.Command> executor(long checkpointBytes) {
        ObservedClients clients = new ObservedClients();
        clients.letMachinesBeWoundBack();
        return KIT.spawn(Executor.create(
                "g",
                clients.factory().create("g", "n1"),
                storage,
                CHECKPOINT_INTERVAL,
                checkpointBytes,
                replica.ref()));
    }

    private static Request request(String client, long number) {
        return new Request(new RequestId(client, 1, number), List.of(new OpenSession(), new OpenSession()));
    }

    private Executed execute(ActorRef<Executor.Command> executor, long sequence, Request request) {
        executor.tell(new Execute(sequence, Optional.empty(), List.of(request), 1, false));
        return (Executed) replica.receiveMessage();
    }

    private long operations(ActorRef<Executor.Command> executor) {
        executor.tell(READ);
        return replica.expectMessageClass(ReadDone.class).index();
    }

    private void store(Frozen frozen) throws IOException {
        store(frozen.sequence(), frozen.operations(), frozen.state());
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
        Frozen frozen = replica.expectMessageClass(Frozen.class);
        store(frozen);

        List<Outcome> replies =
                restore(CHECKPOINT_INTERVAL, frozen.operations()).replies();
        assertThat(replies).hasSize(RecentReplies.PER_CLIENT + 1).contains(seldom);
        assertThat(replies.get(RecentReplies.PER_CLIENT - 1))
                .isEqualTo(last.outcomes().get(0));
        assertThat(replies)
                .extracting(outcome -> outcome.id().number())
                .doesNotContain(2L)
                .contains(3L);
    }

    @Test
    @DisplayName("§4.1: a request that is ordered again is not executed again, nor by who has the state from others")
    void executedOnce() throws IOException {
        ActorRef<Executor.Command> executor = executor();
        Executed first = execute(executor, 1, request("n2", 7));
        assertThat(first.again()).isEmpty();
        Executed overtaken = execute(executor, 2, request("n2", 6));
        assertThat(overtaken.outcomes()).as("the client has several under way").hasSize(1);
        for (long sequence = 3; sequence < CHECKPOINT_INTERVAL; sequence++) {
            Executed repeated = execute(executor, sequence, request("n2", 7));
            assertThat(repeated.outcomes()).isEmpty();
            assertThat(repeated.again()).containsExactly(new RequestId("n2", 1, 7));
            assertThat(operations(executor)).isEqualTo(4);
        }
        Executed last = execute(executor, CHECKPOINT_INTERVAL, request("n3", 7));
        assertThat(last.outcomes()).as("another client's").hasSize(1);
        Frozen frozen = replica.expectMessageClass(Frozen.class);
        store(frozen);

        ActorRef<Executor.Command> restored = executor();
        restored.tell(new Executor.Restore(CHECKPOINT_INTERVAL, new StateHeader(frozen.operations(), 0, ANY)));
        replica.expectMessageClass(Restored.class);
        assertThat(execute(restored, CHECKPOINT_INTERVAL + 1, request("n2", 7)).again())
                .hasSize(1);
        assertThat(execute(restored, CHECKPOINT_INTERVAL + 2, request("n2", 8)).outcomes())
                .hasSize(1);
    }

    @Test
    @DisplayName("what is older than all that is kept of a client's life counts as executed")
    void executedLongAgo() {
        ExecutedRequests executed = new ExecutedRequests();
        for (long number = 2; number <= ExecutedRequests.NUMBERS_MAX + 2; number++) {
            assertThat(executed.add(new RequestId("n2", 1, number))).isTrue();
        }
        assertThat(executed.add(new RequestId("n2", 1, 1)))
                .as("below those kept")
                .isFalse();
        for (long life = 2; life <= ExecutedRequests.LIVES_MAX; life++) {
            assertThat(executed.add(new RequestId("n2", life, 1))).isTrue();
        }
        assertThat(executed.add(new RequestId("n2", 1, 2))).isFalse();
        assertThat(executed.add(new RequestId("n3", 1, 2))).isTrue();
    }

    private boolean isCheckpoint(ActorRef<Executor.Command> executor, long sequence, long bytes) {
        executor.tell(new Execute(sequence, Optional.empty(), List.of(), bytes, false));
        replica.expectMessageClass(Executed.class);
        executor.tell(READ);
        Executor.Event next = replica.receiveMessage();
        if (next instanceof Frozen) {
            replica.expectMessageClass(ReadDone.class);
        }
        return next instanceof Frozen;
    }

    @Test
    @DisplayName(
            "troupe.pbft.checkpoint-bytes: a checkpoint is taken early when the batches since the last have so many"
                    + " bytes, and wherever the interval ends")
    void earlyCheckpoints() throws IOException {
        ActorRef<Executor.Command> executor = executor(100);
        assertThat(isCheckpoint(executor, 1, 60)).isFalse();
        assertThat(isCheckpoint(executor, 2, 40)).as("100 bytes in two batches").isTrue();
        assertThat(isCheckpoint(executor, 3, 99)).as("counted anew").isFalse();
        assertThat(isCheckpoint(executor, 4, 1)).isTrue();
        assertThat(isCheckpoint(executor, 5, 500)).as("one alone").isTrue();
        assertThat(isCheckpoint(executor, CHECKPOINT_INTERVAL, 99)).isTrue();
        assertThat(isCheckpoint(executor, CHECKPOINT_INTERVAL + 1, 99))
                .as("counted anew there, too")
                .isFalse();
    }

    @Test
    @DisplayName("troupe.pbft.checkpoint-bytes: who took over a checkpoint's state takes the next where the others do")
    void earlyCheckpointsAfterARestore() throws IOException {
        ActorRef<Executor.Command> executor = executor(100);
        executor.tell(new Execute(1, Optional.empty(), List.of(), 100, false));
        replica.expectMessageClass(Executed.class);
        Frozen checkpoint = replica.expectMessageClass(Frozen.class);
        store(checkpoint);

        ActorRef<Executor.Command> behind = executor(100);
        assertThat(isCheckpoint(behind, 1, 70)).isFalse();
        behind.tell(new Executor.Restore(1, new StateHeader(checkpoint.operations(), 0, ANY)));
        replica.expectMessageClass(Restored.class);
        for (ActorRef<Executor.Command> one : List.of(executor, behind)) {
            assertThat(isCheckpoint(one, 2, 60)).isFalse();
            assertThat(isCheckpoint(one, 3, 60)).isTrue();
        }
    }

    private Executed executeTentatively(ActorRef<Executor.Command> executor, long sequence, Request request) {
        executor.tell(new Execute(sequence, Optional.empty(), List.of(request), 1, true));
        return replica.expectMessageClass(Executed.class);
    }

    @Test
    @DisplayName("§5.1: a checkpoint is of what has committed, not of what is executed tentatively")
    void noTentativeCheckpoint() {
        ActorRef<Executor.Command> executor = executor();
        executeTentatively(executor, CHECKPOINT_INTERVAL, request("n2", 1));
        replica.expectNoMessage();
        executor.tell(new Executor.Settle(CHECKPOINT_INTERVAL));
        assertThat(replica.expectMessageClass(Frozen.class).operations()).isEqualTo(2);
    }

    @Test
    @DisplayName("§5.1: a read of a tentative state is answered when all that it reflects has committed")
    void readsWait() {
        ActorRef<Executor.Command> executor = executor();
        TestProbe<Replica.Reply> asker = KIT.createTestProbe();
        executeTentatively(executor, 1, request("n2", 1));
        executor.tell(READ);
        executor.tell(new Executor.ReadHere(
                new Replica.Query(1, ByteString.emptyByteString(), ReadConsistency.STALE, asker.ref())));
        replica.expectNoMessage();
        asker.expectNoMessage(Duration.ZERO);
        executor.tell(new Executor.Settle(1));
        assertThat(replica.expectMessageClass(ReadDone.class).index()).isEqualTo(2);
        assertThat(((Replica.Answered) asker.receiveMessage()).appliedIndex()).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "a read of what is taken back is refused; one of this replica's state, however old, is answered from the one before")
    void readsOfWhatIsTakenBack() {
        ActorRef<Executor.Command> executor = executor();
        TestProbe<Replica.Reply> asker = KIT.createTestProbe();
        executeTentatively(executor, 1, request("n2", 1));
        executor.tell(READ);
        executor.tell(new Executor.ReadHere(
                new Replica.Query(1, ByteString.emptyByteString(), ReadConsistency.STALE, asker.ref())));
        executor.tell(new Executor.GoBack(Optional.empty()));
        replica.expectMessage(new ReadRefused("n4", READ.id()));
        replica.expectMessage(new GoneBack(0));
        assertThat(((Replica.Answered) asker.receiveMessage()).appliedIndex()).isZero();
    }

    @Test
    @DisplayName(
            "§5.1: what is taken back is undone, with the sessions and with what is known of requests: it can be executed anew")
    void goesBack() throws IOException {
        ActorRef<Executor.Command> executor = executor();
        Executed first = executeTentatively(executor, 1, request("n2", 1));
        executor.tell(new Executor.GoBack(Optional.empty()));
        replica.expectMessage(new GoneBack(0));
        assertThat(operations(executor)).isZero();
        assertThat(execute(executor, 1, request("n2", 1)))
                .as("in the order in which it commits")
                .isEqualTo(new Executed(1, first.outcomes(), List.of(), false));
        for (long sequence = 2; sequence <= CHECKPOINT_INTERVAL; sequence++) {
            execute(executor, sequence, request("n2", sequence));
        }
        Frozen frozen = replica.expectMessageClass(Frozen.class);
        store(frozen);
        long next = CHECKPOINT_INTERVAL + 1;
        Executed tentative = executeTentatively(executor, next, request("n2", next));
        var checkpoint = new Fact.CheckpointTaken(frozen.sequence(), new StateHeader(frozen.operations(), 0, ANY));
        executor.tell(new Executor.GoBack(Optional.of(checkpoint)));
        replica.expectMessage(new GoneBack(CHECKPOINT_INTERVAL));
        assertThat(operations(executor)).isEqualTo(frozen.operations());
        assertThat(execute(executor, next, request("n2", 1)).again())
                .as("of before")
                .hasSize(1);
        assertThat(execute(executor, next + 1, request("n2", next)).outcomes()).isEqualTo(tentative.outcomes());
    }

    @Test
    @DisplayName("a session is its client's own; one that is opened as shared is everybody's")
    void sessionsOfOthers() {
        ActorRef<Executor.Command> executor = executor();
        RequestId owner = new RequestId("n2", 1, 1);
        execute(executor, 1, new Request(owner, List.of(new OpenSession(), new PbftMessage.OpenShared())));
        RequestId other = new RequestId("n3", 1, 1);
        ByteString command = ByteString.fromString("c");
        Executed executed = execute(
                executor,
                2,
                new Request(
                        other,
                        List.of(new PbftMessage.Execute(1, 1, 0, command), new PbftMessage.Execute(2, 1, 0, command))));
        Results results = results(executed);
        assertThat(results.replies().get(0)).isInstanceOf(Replica.Rejected.class);
        assertThat(results.replies().get(1)).isInstanceOf(Replica.Applied.class);
    }

    private static Results results(Executed executed) {
        try {
            return WireBytes.of(KIT.system()).read(executed.outcomes().get(0).results(), Results.class);
        } catch (NotSerializableException e) {
            throw new AssertionError(e);
        }
    }

    /** Whatever it is told or asked, it has much to say. */
    private static final class Talkative implements StateMachine {
        private static final ByteString MUCH =
                ByteString.fromArrayUnsafe(new byte[(int) Executor.RESULTS_BYTES_MAX * 3 / 4]);

        private int applied;

        @Override
        public ByteString apply(long index, ByteString command) {
            applied++;
            return MUCH;
        }

        @Override
        public ByteString query(ByteString query) {
            return MUCH;
        }

        @Override
        public State freeze() {
            return out -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    @Test
    @DisplayName(
            "what follows in a request whose results are large is not executed, at no replica, and its client is told so:"
                    + " else one request could have more results than there is memory, wherever it is executed")
    void resultsOfARequestAreBounded() {
        Talkative machine = new Talkative();
        ActorRef<Executor.Command> executor =
                KIT.spawn(Executor.create("g", machine, storage, CHECKPOINT_INTERVAL, Long.MAX_VALUE, replica.ref()));
        execute(executor, 1, new Request(new RequestId("n2", 1, 1), List.of(new OpenSession())));
        ByteString any = ByteString.fromString("c");
        PbftMessage.Command second = new PbftMessage.Execute(1, 2, 0, any);
        PbftMessage.Command read = new PbftMessage.OrderedRead(any);
        List<Replica.Reply> results = results(execute(
                        executor,
                        2,
                        new Request(
                                new RequestId("n2", 1, 2),
                                List.of(new PbftMessage.Execute(1, 1, 0, any), read, second, read))))
                .replies();
        assertThat(results.get(0)).isInstanceOf(Replica.Applied.class);
        assertThat(results.get(1)).isInstanceOf(Replica.Answered.class);
        assertLeftOut(results.get(2), 1, 2);
        assertLeftOut(results.get(3), Replica.NO_SESSION, 0);
        assertThat(machine.applied).isEqualTo(1);

        Request again = new Request(new RequestId("n2", 1, 3), List.of(second));
        assertThat(results(execute(executor, 3, again)).replies().get(0))
                .as("asked again")
                .isInstanceOf(Replica.Applied.class);

        executor.tell(new Executor.Read("n4", READ.id(), List.of(any, any, any)));
        List<Replica.Reply> answers =
                replica.expectMessageClass(ReadDone.class).results().replies();
        assertThat(answers.get(1)).isInstanceOf(Replica.Answered.class);
        assertLeftOut(answers.get(2), Replica.NO_SESSION, 0);
    }

    private static void assertLeftOut(Replica.Reply reply, long session, long serial) {
        assertThat(reply).isInstanceOfSatisfying(Replica.Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(Replica.Reason.OVERLOADED);
            assertThat(rejected.session()).isEqualTo(session);
            assertThat(rejected.serial()).isEqualTo(serial);
        });
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
