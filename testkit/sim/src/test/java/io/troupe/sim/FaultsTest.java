package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each fault does what it says, and nothing else. */
class FaultsTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final NetworkConditions ONE_MILLISECOND =
            NetworkConditions.good().withLatency(Duration.ofMillis(1), Duration.ofMillis(1));

    private static Stage stage;

    private Simulation sim;
    private final List<String> seen = new ArrayList<>();

    @BeforeAll
    static void openStage() {
        stage = TestStage.open();
    }

    @AfterAll
    static void closeStage() {
        stage.close();
    }

    @BeforeEach
    void begin() {
        sim = stage.simulate(42);
    }

    @AfterEach
    void end() {
        sim.close();
    }

    @Test
    void virtualTimePassesWithoutRealTime() {
        node("a");
        long before = System.nanoTime();
        sim.runFor(Duration.ofMinutes(10));
        assertThat(sim.now()).isEqualTo(Duration.ofMinutes(10));
        assertThat(ticks("a")).isEqualTo(6_000);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void aMessageBetweenNodesTakesItsLatency() {
        sim.network(NetworkConditions.good().withLatency(Duration.ofMillis(7), Duration.ofMillis(7)));
        var a = node("a");
        var b = node("b");
        a.ref().tell(new Counter.Forward(b.ref(), new Counter.Increment(null)));
        sim.runFor(Duration.ofNanos(6_999_999));
        assertThat(increments("b")).isZero();
        sim.runFor(Duration.ofNanos(1));
        assertThat(increments("b")).isEqualTo(1);
    }

    @Test
    void orderIsKeptPerPairWhateverTheLatencies() {
        sim.network(NetworkConditions.good().withLatency(Duration.ZERO, Duration.ofMillis(50)));
        var order = new ArrayList<Object>();
        var b = sim.node(
                "b",
                node -> Counter.ticking(command -> {
                    if (command instanceof Counter.NotSerializable numbered) {
                        order.add(numbered.inside());
                    }
                }));
        var a = node("a");
        for (int i = 0; i < 100; i++) {
            a.ref().tell(new Counter.Forward(b.ref(), new Counter.NotSerializable(i)));
            sim.runFor(Duration.ofMillis(1));
        }
        sim.runFor(SECOND);
        assertThat(order).hasSize(100).isSorted();
    }

    @Test
    void lossLosesAndDuplicationDoublesTheShareAskedFor() {
        var a = node("a");
        var b = node("b");
        sim.network(ONE_MILLISECOND.withLoss(0.3));
        sendFromAToB(a, b, 1_000);
        assertThat(increments("b")).isBetween(630, 770);
        assertThat(sim.messagesLost()).isEqualTo(1_000 - increments("b"));
        seen.clear();
        sim.network(ONE_MILLISECOND.withDuplication(0.3));
        sendFromAToB(a, b, 1_000);
        assertThat(increments("b")).isBetween(1_230, 1_370);
    }

    @Test
    void aCutIsOfOneDirectionAndAPartitionOfBoth() {
        var a = node("a");
        var b = node("b");
        sim.network(ONE_MILLISECOND);
        sim.cut("a", "b");
        sendFromAToB(a, b, 10);
        b.ref().tell(new Counter.Forward(a.ref(), new Counter.Increment(null)));
        sim.runFor(SECOND);
        assertThat(increments("b")).isZero();
        assertThat(increments("a")).isEqualTo(1);
        sim.partition(Set.of("a"), Set.of("b"));
        b.ref().tell(new Counter.Forward(a.ref(), new Counter.Increment(null)));
        sim.runFor(SECOND);
        assertThat(increments("a")).isEqualTo(1);
        sim.heal();
        sendFromAToB(a, b, 10);
        assertThat(increments("b")).isEqualTo(10);
    }

    @Test
    void aCutLosesWhatIsUnderWay() {
        sim.network(ONE_MILLISECOND);
        var a = node("a");
        var b = node("b");
        a.ref().tell(new Counter.Forward(b.ref(), new Counter.Increment(null)));
        sim.runFor(Duration.ofNanos(500_000));
        sim.cut("a", "b");
        sim.runFor(SECOND);
        assertThat(increments("b")).isZero();
    }

    @Test
    void aCrashedNodeHandlesNothingAndItsTimersAreVoid() {
        var a = node("a");
        sim.runFor(SECOND);
        int before = seen.size();
        a.ref().tell(new Counter.Increment(null));
        sim.crash("a");
        sim.runFor(SECOND);
        assertThat(seen).hasSize(before);
        assertThat(a.isUp()).isFalse();
        sim.restart("a");
        sim.runFor(SECOND);
        assertThat(a.isUp()).isTrue();
        assertThat(sim.<Counter.Command, Integer>ask(a.ref(), Counter.Ticks::new, SECOND))
                .as("memory is gone")
                .isEqualTo(10);
    }

    @Test
    void whatACrashedNodeSendsWhileItsActorsStopNeverLeaves() {
        var b = node("b");
        var a = sim.node("a", node -> tellsWhenStopped(b.ref()));
        sim.runFor(SECOND);
        a.crash();
        sim.runFor(SECOND);
        assertThat(increments("b")).isZero();
    }

    private static Behavior<Counter.Command> tellsWhenStopped(ActorRef<Counter.Command> other) {
        return Behaviors.receive(Counter.Command.class)
                .onSignal(PostStop.class, stopped -> {
                    other.tell(new Counter.Increment(null));
                    return Behaviors.same();
                })
                .build();
    }

    @Test
    void whatWasAcknowledgedSurvivesACrashAndWhatWasNotMayBeLost() {
        int unacknowledgedLost = 0;
        int unacknowledgedKept = 0;
        for (int seed = 0; seed < 60; seed++) {
            try (var run = stage.simulate(seed)) {
                var counter = run.node("a", node -> Counter.durable());
                var acknowledged = new AtomicLong();
                var client = run.node(
                        "client",
                        node -> Behaviors.<Long>receiveMessage(count -> {
                            acknowledged.set(count);
                            return Behaviors.same();
                        }));
                for (int i = 0; i < 25; i++) {
                    counter.ref().tell(new Counter.Increment(client.ref()));
                }
                run.runFor(Duration.ofMillis(5 + seed % 20));
                counter.crash();
                run.runFor(Duration.ofMillis(100));
                counter.restart();
                long kept = run.ask(counter.ref(), Counter.Get::new, SECOND);
                assertThat(kept).isBetween(acknowledged.get(), 25L);
                if (kept == acknowledged.get()) {
                    unacknowledgedLost++;
                } else {
                    unacknowledgedKept++;
                }
            }
        }
        assertThat(unacknowledgedLost).isPositive();
        assertThat(unacknowledgedKept).isPositive();
    }

    @Test
    void twoNodesWithTheSamePersistenceIdHaveTheirOwnDisks() {
        var a = sim.node("a", node -> Counter.durable());
        var b = sim.node("b", node -> Counter.durable());
        assertThat(sim.<Counter.Command, Long>ask(a.ref(), Counter.Increment::new, SECOND))
                .isEqualTo(1);
        assertThat(sim.<Counter.Command, Long>ask(b.ref(), Counter.Get::new, SECOND))
                .isZero();
    }

    @Test
    void snapshotsAndEventsTogetherBringTheStateBack() {
        var a = sim.node("a", node -> Counter.durable());
        for (int i = 0; i < 25; i++) {
            sim.<Counter.Command, Long>ask(a.ref(), Counter.Increment::new, SECOND);
        }
        a.crash();
        a.restart();
        assertThat(sim.<Counter.Command, Long>ask(a.ref(), Counter.Get::new, SECOND))
                .isEqualTo(25);
    }

    @Test
    void anIoErrorFailsTheWriteAndLeavesNothingBehind() {
        var deaths = new ArrayList<String>();
        sim.onNodeDeath(node -> deaths.add(node.name()));
        var a = sim.node("a", node -> Counter.durable());
        assertThat(sim.<Counter.Command, Long>ask(a.ref(), Counter.Increment::new, SECOND))
                .isEqualTo(1);
        a.disk(DiskConditions.good().withFailures(1));
        a.ref().tell(new Counter.Increment(sim.system().deadLetters().unsafeUpcast()));
        sim.runFor(SECOND);
        assertThat(deaths).containsExactly("a");
        a.disk(DiskConditions.good());
        a.restart();
        assertThat(sim.<Counter.Command, Long>ask(a.ref(), Counter.Get::new, SECOND))
                .isEqualTo(1);
    }

    @Test
    void aPausedNodeDoesNothingUntilItResumesAndThenCatchesUp() {
        sim.network(ONE_MILLISECOND);
        var a = node("a");
        var b = node("b");
        b.pause();
        sendFromAToB(a, b, 10);
        assertThat(seen).noneMatch(line -> line.startsWith("b "));
        b.resume();
        sim.runFor(Duration.ofMillis(1));
        assertThat(increments("b")).isEqualTo(10);
    }

    @Test
    void aFastClockFiresItsTimersEarly() {
        var a = node("a");
        a.clockRate(1.5);
        sim.runFor(Duration.ofSeconds(100));
        assertThat(ticks("a")).isBetween(1_495, 1_500);
    }

    @Test
    void anAskToAnotherNodeCrossesTheNetworkBothWays() {
        sim.network(ONE_MILLISECOND);
        var answers = new ArrayList<String>();
        var b = node("b");
        sim.node(
                "a",
                node -> Behaviors.setup(context -> {
                    context.ask(
                            Integer.class,
                            b.ref(),
                            Duration.ofMillis(10),
                            (ActorRef<Integer> replyTo) -> new Counter.Ticks(replyTo),
                            (ticks, late) -> late == null ? "answer" : "late");
                    return Behaviors.receiveMessage(message -> {
                        answers.add(message + " at " + sim.now().toMillis());
                        return Behaviors.same();
                    });
                }));
        sim.cut("b", "a");
        sim.runFor(SECOND);
        assertThat(answers).as("the answer cannot come back").containsExactly("late at 10");
        sim.heal();
        answers.clear();
        sim.crash("a");
        sim.restart("a");
        sim.runFor(SECOND);
        assertThat(answers).containsExactly("answer at 1002");
    }

    @Test
    void whatIsNotSerializableCannotLeaveItsNode() {
        var a = node("a");
        var b = node("b");
        a.ref().tell(new Counter.Forward(b.ref(), new Counter.NotSerializable(new Object())));
        assertThatThrownBy(() -> sim.runFor(SECOND))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("NotSerializable cannot go from a to b");
    }

    @Test
    void messagesAreCopiedNotShared() {
        var received = new ArrayList<Object>();
        var b = sim.node(
                "b",
                node -> Counter.ticking(command -> {
                    if (command instanceof Counter.NotSerializable carried) {
                        received.add(carried.inside());
                    }
                }));
        var list = new ArrayList<>(List.of("x"));
        node("a").ref().tell(new Counter.Forward(b.ref(), new Counter.NotSerializable(list)));
        sim.runFor(SECOND);
        assertThat(received).containsExactly(list);
        assertThat(received.get(0)).isNotSameAs(list);
    }

    @Test
    void aBrokenInvariantStopsTheRunAtThatStepAndNamesTheSeed() {
        node("a");
        sim.afterEveryStep("no more than three ticks", () -> assertThat(seen).hasSizeLessThan(4));
        assertThatThrownBy(() -> sim.runFor(SECOND))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("'no more than three ticks' does not hold")
                .hasMessageContaining("seed 42, at 400.0 ms");
    }

    @Test
    void aRootThatStopsByItselfFailsTheRun() {
        sim.node(
                        "a",
                        node -> Behaviors.receiveMessage(message -> {
                            throw new IllegalStateException("a bug");
                        }))
                .ref()
                .tell("anything");
        assertThatThrownBy(() -> sim.runFor(SECOND))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("root actor of a stopped by itself");
    }

    @Test
    void workFromAForeignThreadFailsTheRun() throws InterruptedException {
        try (var ownStage = TestStage.open()) {
            var run = ownStage.simulate(1);
            var a = run.node("a", node -> Counter.ticking(any -> {}));
            run.runFor(SECOND);
            var foreign = new Thread(
                    () -> {
                        try {
                            a.ref().tell(new Counter.Tick());
                        } catch (RuntimeException refused) {
                            // The sender may hear of it too; what counts is that the run does.
                        }
                    },
                    "a-foreign-thread");
            foreign.start();
            foreign.join();
            assertThatThrownBy(() -> run.runFor(SECOND))
                    .isInstanceOf(SimulationFailure.class)
                    .hasMessageContaining("a-foreign-thread");
        }
    }

    @Test
    void anEndlessExchangeAtOneInstantIsFoundOut() {
        sim.node(
                "a",
                node -> Behaviors.<String>setup(context -> {
                    context.getSelf().tell("again");
                    return Behaviors.receiveMessage(again -> {
                        context.getSelf().tell(again);
                        return Behaviors.same();
                    });
                }));
        assertThatThrownBy(() -> sim.runFor(SECOND))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("send to each other for ever");
    }

    private Node<Counter.Command> node(String name) {
        return sim.node(
                name,
                node -> Counter.ticking(command ->
                        seen.add(node.name() + " " + command.getClass().getSimpleName())));
    }

    private void sendFromAToB(Node<Counter.Command> a, Node<Counter.Command> b, int count) {
        for (int i = 0; i < count; i++) {
            a.ref().tell(new Counter.Forward(b.ref(), new Counter.Increment(null)));
        }
        sim.runFor(SECOND);
    }

    private int increments(String name) {
        return (int) seen.stream().filter((name + " Increment")::equals).count();
    }

    private int ticks(String name) {
        return (int) seen.stream().filter((name + " Tick")::equals).count();
    }
}
