package io.troupe.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is worse than losing what was not synced: a full disk, a write torn in its middle, a bit that flips, a disk that is gone. */
class DamageTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Stage stage;

    @BeforeAll
    static void openStage() {
        stage = TestStage.open();
    }

    @AfterAll
    static void closeStage() {
        stage.close();
    }

    /** Writes {@code count} events at once, each saying how many they are. */
    record Write(int count, ActorRef<Integer> replyTo) implements Sent {}

    record Written(int of) implements Sent {}

    /** A log of batches; {@code recovered} hears what it holds after each recovery. */
    private static final class Batches extends EventSourcedBehavior<Write, Written, List<Integer>> {

        private final Consumer<List<Integer>> recovered;

        private Batches(Consumer<List<Integer>> recovered) {
            super(PersistenceId.ofUniqueId("batches"));
            this.recovered = recovered;
        }

        static Behavior<Write> create(Consumer<List<Integer>> recovered) {
            return Behaviors.setup(context -> new Batches(recovered));
        }

        @Override
        public List<Integer> emptyState() {
            return List.of();
        }

        @Override
        public CommandHandler<Write, Written, List<Integer>> commandHandler() {
            return (state, write) -> Effect()
                    .persist(Collections.nCopies(write.count(), new Written(write.count())))
                    .thenReply(write.replyTo(), after -> write.count());
        }

        @Override
        public EventHandler<List<Integer>, Written> eventHandler() {
            return (state, written) -> {
                var next = new ArrayList<>(state);
                next.add(written.of());
                return next;
            };
        }

        @Override
        public SignalHandler<List<Integer>> signalHandler() {
            return newSignalHandlerBuilder()
                    .onSignal(RecoveryCompleted.instance(), recovered::accept)
                    .build();
        }
    }

    @Test
    void anAtomicWriteThatACrashTearsIsCutOffAsAWhole() {
        Map<List<Integer>, Integer> found = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        int torn = 0;
        for (long seed = 0; seed < 200; seed++) {
            try (var sim = stage.simulate(seed)) {
                List<List<Integer>> recoveries = new ArrayList<>();
                var node = sim.node("a", context -> Batches.create(recoveries::add));
                sim.recordTrace();
                sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(2, replyTo), SECOND);
                node.ref().tell(new Write(3, sim.system().ignoreRef()));
                sim.runFor(Duration.ofNanos(50_000)); // Under way: a disk takes a tenth of a millisecond at least.
                node.crash();
                node.restart();
                sim.runFor(SECOND);
                found.merge(recoveries.get(recoveries.size() - 1), 1, Integer::sum);
                torn += sim.trace("").contains("cuts off a torn write behind event 2 of batches") ? 1 : 0;
                int more = sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(1, replyTo), SECOND);
                assertThat(more).as("it goes on behind the cut").isEqualTo(1);
            }
        }
        assertThat(found)
                .as("all of a write, or nothing of it")
                .containsOnlyKeys(List.of(2, 2), List.of(2, 2, 3, 3, 3));
        assertThat(torn).as("seeds with a torn write").isGreaterThan(20);
    }

    @Test
    void aFullDiskTakesNoEventAndGoesOnWhenThereIsRoom() {
        try (var sim = stage.simulate(7)) {
            sim.onNodeDeath(node -> {});
            List<List<Integer>> recoveries = new ArrayList<>();
            var node = sim.node("a", context -> Batches.create(recoveries::add));
            sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(1, replyTo), SECOND);
            sim.recordTrace();
            node.disk(DiskConditions.good().withoutRoom());
            node.ref().tell(new Write(2, sim.system().ignoreRef()));
            sim.runFor(SECOND);
            assertThat(node.isUp()).as("an event-sourced actor stops then").isFalse();
            assertThat(sim.trace("")).contains("no space left on the simulated disk of a");
            node.disk(DiskConditions.good());
            node.restart();
            sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(3, replyTo), SECOND);
            node.crash();
            node.restart();
            sim.runFor(SECOND);
            assertThat(recoveries).containsExactly(List.of(), List.of(1), List.of(1, 3, 3, 3));
        }
    }

    @Test
    void aFlippedBitOfAnEventIsFoundByWhoeverReadsIt() {
        for (long seed = 0; seed < 20; seed++) {
            try (var sim = stage.simulate(seed)) {
                List<SimulatedNode> dead = new ArrayList<>();
                sim.onNodeDeath(dead::add);
                List<List<Integer>> recoveries = new ArrayList<>();
                var node = sim.node("a", context -> Batches.create(recoveries::add));
                assertThat(node.rot()).as("nothing is on the disk yet").isEmpty();
                sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(4, replyTo), SECOND);
                assertThat(node.rot())
                        .hasValueSatisfying(what -> assertThat(what).matches("event [1-4] of batches"));
                sim.runFor(SECOND);
                assertThat(node.isUp()).as("nobody has read it yet").isTrue();
                sim.recordTrace();
                node.crash();
                node.restart();
                sim.runFor(SECOND);
                assertThat(recoveries).as("no recovery from a damaged log").containsExactly(List.of());
                assertThat(dead).hasSize(1);
                assertThat(sim.trace("")).containsPattern("event [1-4] of batches is damaged");
            }
        }
    }

    @Test
    void aDamagedSnapshotIsPassedOverForAnOlderOneAndAllDamagedFailsTheRecovery() {
        try (var sim = stage.simulate(3)) {
            List<SimulatedNode> dead = new ArrayList<>();
            sim.onNodeDeath(dead::add);
            var node = sim.node("a", context -> Counter.durable());
            for (int i = 0; i < 25; i++) {
                sim.<Counter.Command, Long>ask(node.ref(), Counter.Increment::new, SECOND);
            }
            sim.runFor(SECOND); // Snapshots 10 and 20 are on the disk.
            assertThat(node.disk().rot("snapshot 20 of counter"::equals)).isPresent();
            node.crash();
            node.restart();
            assertThat((long) sim.<Counter.Command, Long>ask(node.ref(), Counter.Get::new, SECOND))
                    .isEqualTo(25);
            assertThat(node.disk().rot("snapshot 10 of counter"::equals)).isPresent();
            node.crash();
            node.restart();
            sim.runFor(SECOND);
            assertThat(dead).hasSize(1);
        }
    }

    @Test
    void aWipedDiskHasNothingAndOnlyThatOfANodeThatIsDownIsWiped() {
        try (var sim = stage.simulate(5)) {
            List<List<Integer>> recoveries = new ArrayList<>();
            var node = sim.node("a", context -> Batches.create(recoveries::add));
            sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(2, replyTo), SECOND);
            var counter = sim.node("b", context -> Counter.durable());
            for (int i = 0; i < 15; i++) {
                sim.<Counter.Command, Long>ask(counter.ref(), Counter.Increment::new, SECOND);
            }
            assertThatThrownBy(node::wipe)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a is up");
            node.ref().tell(new Write(3, sim.system().ignoreRef()));
            sim.runFor(Duration.ofNanos(50_000)); // Under way.
            node.crash();
            node.wipe();
            node.restart();
            counter.crash();
            counter.wipe();
            counter.restart();
            sim.runFor(SECOND);
            assertThat(recoveries).as("as at its first start").containsExactly(List.of(), List.of());
            assertThat((long) sim.<Counter.Command, Long>ask(counter.ref(), Counter.Get::new, SECOND))
                    .as("its snapshots are gone, too")
                    .isZero();
            sim.<Write, Integer>ask(node.ref(), replyTo -> new Write(1, replyTo), SECOND);
            node.crash();
            node.restart();
            sim.runFor(SECOND);
            assertThat(recoveries.get(2)).as("it is a disk").containsExactly(1);
        }
    }

    @Test
    void theNemesisDoesAllThatWithoutLosingWhatWasAcknowledged() {
        for (long seed = 0; seed < 50; seed++) {
            try (var sim = stage.simulate(seed)) {
                sim.onNodeDeath(node -> {});
                var node = sim.node("a", context -> Counter.durable());
                sim.nemesis(Duration.ofSeconds(20), SECOND, Fault.diskFaults(), Fault.crashes(), Fault.stops());
                List<Long> acknowledged = new ArrayList<>();
                var client = sim.node(
                        "client",
                        context -> Behaviors.<Long>receiveMessage(count -> {
                            acknowledged.add(count);
                            return Behaviors.same();
                        }));
                for (int i = 0; i < 200; i++) {
                    if (!node.isUp()) {
                        node.restart();
                    }
                    node.ref().tell(new Counter.Increment(client.ref()));
                    sim.runFor(Duration.ofMillis(100));
                }
                sim.runFor(Duration.ofSeconds(5));
                if (!node.isUp()) {
                    node.restart();
                }
                sim.runFor(SECOND);
                long now = sim.<Counter.Command, Long>ask(node.ref(), Counter.Get::new, SECOND);
                assertThat(acknowledged).as("seed %d", seed).isNotEmpty();
                assertThat(now).as("seed %d", seed).isGreaterThanOrEqualTo(Collections.max(acknowledged));
            }
        }
    }
}
