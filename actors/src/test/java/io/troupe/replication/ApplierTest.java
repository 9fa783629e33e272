package io.troupe.replication;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.troupe.sim.junit.QuietLogs;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is quick is done on the protocol's one thread, anything else on another, and all of it in order. */
@QuietLogs
class ApplierTest {

    private static final String ELSEWHERE = "pekko.actor.default-blocking-io-dispatcher";

    private record Command(ByteString command) implements Operation.Command {
        @Override
        public long session() {
            return Replica.NO_SESSION;
        }

        @Override
        public long serial() {
            return 0;
        }

        @Override
        public long acknowledgedBelow() {
            return 0;
        }
    }

    /** Remembers what it was given and by which threads; what begins with "long" takes as long as it is held. */
    private static final class Held implements StateMachine {
        final List<String> done = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch held = new CountDownLatch(1);

        private ByteString perform(ByteString text) {
            if (isLong(text)) {
                begun.countDown();
                await(held);
            }
            if (text.utf8String().equals("long and wrong")) {
                throw new IllegalStateException("told to fail");
            }
            String thread = Thread.currentThread().getName();
            done.add(text.utf8String() + (thread.contains("blocking-io") ? " elsewhere" : " in passing"));
            return text;
        }

        private static boolean isLong(ByteString text) {
            return text.utf8String().startsWith("long");
        }

        @Override
        public ByteString apply(long index, ByteString command) {
            return perform(command);
        }

        @Override
        public boolean appliesQuickly(ByteString command) {
            return !isLong(command);
        }

        @Override
        public boolean answersQuickly(ByteString query) {
            return !isLong(query);
        }

        @Override
        public ByteString query(ByteString query) {
            return perform(query);
        }

        @Override
        public State freeze() {
            return out -> {};
        }

        @Override
        public void restore(InputStream state) {}
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody let it go on", e);
        }
    }

    private final ActorTestKit kit = ActorTestKit.create(
            "applier",
            ConfigFactory.parseString(
                            """
                            pekko.actor.default-dispatcher.fork-join-executor { parallelism-min = 1, parallelism-max = 1 }
                            """)
                    .withFallback(ConfigFactory.load()));
    private final Held machine = new Held();
    private final TestProbe<Applier.Event> replica = kit.createTestProbe(Applier.Event.class);
    private final TestProbe<Replica.Reply> client = kit.createTestProbe(Replica.Reply.class);
    private final ActorRef<Applier.Command> applier = kit.spawn(Applier.create(
            new Engine.Seat(
                    "g",
                    "n1",
                    List.of("n1"),
                    (group, node) -> machine,
                    new SplittableRandom(1),
                    TestInbox.<PeerDirectory.Command>create().getRef(),
                    TestInbox.<Groups.Hosted>create().getRef()),
            new InMemorySnapshotStorage(),
            ELSEWHERE,
            replica.ref()));

    @AfterEach
    void letGo() {
        machine.held.countDown();
        kit.shutdownTestKit();
    }

    private void apply(long first, String... commands) {
        List<Command> operations = Stream.of(commands)
                .map(text -> new Command(ByteString.fromString(text)))
                .toList();
        Decided decided = visitor ->
                IntStream.range(0, operations.size()).forEach(i -> visitor.visit(first + i, 1, operations.get(i)));
        applier.tell(new Applier.Apply(decided, List.of()));
    }

    private void ask(long index, String query) {
        applier.tell(new Applier.Ask(
                index,
                List.of(new Replica.Query(index, ByteString.fromString(query), ReadConsistency.STALE, client.ref()))));
    }

    private void applied(long index) {
        assertThat(replica.expectMessageClass(Applier.Applied.class).index()).isEqualTo(index);
    }

    /** The protocol's one thread is free. */
    private void somebodyElseIsHeard() {
        ActorRef<ActorRef<String>> other = kit.spawn(Behaviors.receiveMessage(asks -> {
            asks.tell("here");
            return Behaviors.same();
        }));
        TestProbe<String> asks = kit.createTestProbe(String.class);
        other.tell(asks.ref());
        asks.expectMessage("here");
    }

    @Test
    void quickCommandsAndQueriesAreDoneInPassing() {
        apply(1, "a", "b");
        ask(2, "c");
        client.expectMessageClass(Replica.Answered.class);
        assertThat(machine.done).containsExactly("a in passing", "b in passing", "c in passing");
    }

    @Test
    void whileALongCommandIsAppliedOthersAreHeardAndWhatComesNextWaits() {
        apply(1, "a", "long");
        ask(2, "c");
        apply(3, "d");
        applier.tell(Applier.Freeze.FREEZE);
        await(machine.begun);
        somebodyElseIsHeard();
        assertThat(machine.done).containsExactly("a elsewhere");
        machine.held.countDown();
        applied(2);
        applied(2); // What was asked has been answered.
        applied(3);
        assertThat(replica.expectMessageClass(Applier.Frozen.class).index()).isEqualTo(3);
        assertThat(machine.done).containsExactly("a elsewhere", "long elsewhere", "c in passing", "d in passing");
    }

    @Test
    void aLongQueryWaitsForItsIndexAndIsAnsweredElsewhere() {
        ask(1, "long");
        apply(1, "a");
        await(machine.begun);
        somebodyElseIsHeard();
        machine.held.countDown();
        client.expectMessageClass(Replica.Answered.class);
        apply(2, "b");
        applied(1);
        applied(2);
        assertThat(machine.done).containsExactly("a elsewhere", "long elsewhere", "b in passing");
    }

    @Test
    void thousandsOfQuickOnesAtOnceAreLong() {
        apply(1, IntStream.range(0, 5_000).mapToObj(Integer::toString).toArray(String[]::new));
        applied(5_000);
        assertThat(machine.done).hasSize(5_000).allMatch(done -> done.endsWith(" elsewhere"));
    }

    @Test
    void anExceptionElsewhereEndsTheApplierAsWell() {
        apply(1, "long and wrong");
        machine.held.countDown();
        replica.expectTerminated(applier);
    }
}
